import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useChat, useMe } from "@/app/store";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { Ago } from "@/components/ui/time-text";
import { fetchDataset } from "@/features/datasets/api";
import { DatasetOwner } from "@/features/datasets/components/dataset-owner";
import { ImportEntry } from "@/features/datasets/components/import-entry";
import { useNameOf, useTitleOf } from "@/features/people/names";
import { bytes } from "@/lib/format";
import type { Dataset } from "@/lib/frames";
import { useLoaded } from "@/lib/use-loaded";

/** What is known of a dataset, what it was made from, and what its owner may do with it. */
export function AboutDataset({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const mine = useMe() === dataset.owner_id;
  const turn = useChat((chat) => chat.datasets.turn);
  const key = `${dataset.id}:${dataset.rev}:${turn}`;
  const { data, error, reload } = useLoaded(key, () => fetchDataset(dataset.id));
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto p-4">
      <Facts dataset={dataset} />
      <section className="flex flex-col gap-3">
        <div className="flex items-center gap-2">
          <h3 className="flex-1 text-sm font-semibold">{t("data.imports")}</h3>
          {mine && (
            <Link
              href={`/data/import?dataset=${dataset.id}`}
              className="inline-flex h-7 items-center gap-1 rounded-sm px-2 text-xs font-medium text-accent-ink hover:bg-hover"
            >
              <Plus size={16} aria-hidden /> {t("data.importMore")}
            </Link>
          )}
        </div>
        {data ? (
          <ul className="flex flex-col gap-2">
            {data.imports.map((one) => (
              <li key={one.id}>
                <ImportEntry one={one} dataset={dataset} mine={mine} onUndone={reload} />
              </li>
            ))}
          </ul>
        ) : error ? (
          <ErrorState error={error} retry={reload} />
        ) : (
          <Skeleton rows={2} avatar={false} />
        )}
      </section>
      {mine && <DatasetOwner dataset={dataset} />}
    </div>
  );
}

function Facts({ dataset }: { dataset: Dataset }) {
  const { t, i18n } = useTranslation();
  const nameOf = useNameOf();
  const titleOf = useTitleOf();
  const place = useChat((chat) => chat.conversations.byId[dataset.conversation_id ?? ""]);
  const title = (name: string) => dataset.columns.find((one) => one.name === name)?.title ?? name;
  const facts: [string, ReactNode][] = [
    [t("data.owner"), nameOf(dataset.owner_id)],
    [t("data.created"), <Ago key="created" at={dataset.created_at} />],
    [t("data.changed"), <Ago key="changed" at={dataset.changed_at} />],
    [t("data.size"), bytes(dataset.bytes, i18n.language)],
    [t("data.key"), dataset.key.length > 0 ? dataset.key.map(title).join(", ") : t("data.noKey")],
    [
      t("data.table"),
      <code key="table" className="text-xs">
        {dataset.table}
      </code>,
    ],
  ];
  if (place) {
    const link = (
      <Link href={`/c/${place.id}`} className="text-accent-ink underline">
        {titleOf(place)}
      </Link>
    );
    facts.push([t("data.conversation"), link]);
  }
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="tabular text-right wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
