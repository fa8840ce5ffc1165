import { Check, Search, X } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/app/store";
import { Avatar } from "@/components/ui/avatar";
import { INPUT } from "@/components/ui/field";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { searchPeople } from "@/features/people/api";
import { useNameOf } from "@/features/people/names";
import { classes } from "@/lib/classes";
import type { User } from "@/lib/frames";
import { useLoaded } from "@/lib/use-loaded";

interface Props {
  chosen: readonly string[];
  onToggle: (user: User) => void;
  /** Not offered: those who are members already. */
  without?: ReadonlySet<string>;
}

/** Finds people by name and keeps those that were chosen. */
export function PeoplePicker({ chosen, onToggle, without }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const [query, setQuery] = useState("");
  const q = useDeferredValue(query.trim());
  const { data, error, reload } = useLoaded(q, () => searchPeople(q));
  const offered = data?.filter((user) => user.id !== me && !without?.has(user.id));
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="relative px-4 pt-3 pb-2">
        <Search size={16} aria-hidden className="pointer-events-none absolute top-[23px] left-7 text-faint" />
        <input
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          aria-label={t("people.search")}
          placeholder={t("people.search")}
          maxLength={100}
          className={classes(INPUT, "h-9 pl-9")}
        />
      </div>
      <Chosen ids={chosen} onRemove={(id) => onToggle({ id } as User)} />
      <div className="min-h-48 flex-1 overflow-y-auto px-2 pb-2">
        {error ? <ErrorState error={error} retry={reload} /> : null}
        {!error && !offered && <Skeleton rows={3} />}
        {offered?.length === 0 && (
          <p className="p-6 text-center text-sm text-muted">
            {t(q ? "people.none" : "people.nobody", { query: q })}
          </p>
        )}
        <ul>
          {offered?.map((user) => (
            <li key={user.id}>
              <Person user={user} chosen={chosen.includes(user.id)} onToggle={() => onToggle(user)} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Person({ user, chosen, onToggle }: { user: User; chosen: boolean; onToggle: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onToggle}
      className={classes(
        "flex w-full items-center gap-3 rounded-sm px-2 py-1.5 text-left hover:bg-hover",
        chosen && "bg-selected",
      )}
    >
      <Avatar id={user.id} name={user.display_name} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{user.display_name}</span>
        <span className="block truncate text-xs text-muted">@{user.username}</span>
      </span>
      {chosen && <Check size={20} aria-hidden className="text-accent-ink" />}
    </button>
  );
}

function Chosen({ ids, onRemove }: { ids: readonly string[]; onRemove: (id: string) => void }) {
  const { t } = useTranslation();
  const nameOf = useNameOf();
  if (ids.length === 0) return null;
  return (
    <ul aria-label={t("people.chosen")} className="flex max-h-24 flex-wrap gap-1.5 overflow-y-auto px-4 pb-2">
      {ids.map((id) => (
        <li key={id}>
          <button
            type="button"
            onClick={() => onRemove(id)}
            aria-label={t("people.unchoose", { name: nameOf(id) })}
            className="inline-flex h-7 items-center gap-1 rounded-full bg-accent-soft pr-1.5 pl-3 text-xs font-medium text-accent-ink hover:bg-selected"
          >
            {nameOf(id)}
            <X size={16} aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}
