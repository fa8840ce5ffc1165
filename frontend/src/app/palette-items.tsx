import { Images, Keyboard, Settings, Table2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useChat, useMe } from "@/app/store";
import { useToast } from "@/app/toast";
import { Avatar } from "@/components/ui/avatar";
import { openDirect } from "@/features/conversations/api";
import { byActivity } from "@/features/conversations/state";
import { searchPeople } from "@/features/people/api";
import { fits } from "@/features/people/found";
import { faceOf, useTitleOf } from "@/features/people/names";
import { useErrorText } from "@/lib/error-text";
import type { Dataset } from "@/lib/frames";
import { useLoaded } from "@/lib/use-loaded";

/** One place to go to. */
export interface Item {
  id: string;
  label: string;
  hint: string;
  icon: ReactNode;
  run: () => void;
}

const MOST_SHOWN = 12;

async function findDatasets(query: string): Promise<Dataset[]> {
  const { listDatasets } = await import("@/features/datasets/api");
  return (await listDatasets(query, null)).items;
}

/** Conversations and places whose name contains the query, then people one has no conversation with. */
export function usePaletteItems(query: string, onSheet: () => void): Item[] {
  const { t } = useTranslation();
  const me = useMe();
  const [, navigate] = useLocation();
  const toast = useToast();
  const errorText = useErrorText();
  const titleOf = useTitleOf();
  const conversations = useChat((chat) => chat.conversations);
  const wanted = query.toLocaleLowerCase();
  const { data: people, fresh } = useLoaded(query, () => (query ? searchPeople(query) : Promise.resolve([])));
  const { data: datasets } = useLoaded(query, () => (query ? findDatasets(query) : Promise.resolve([])));
  const talks = byActivity(conversations).map((one) => ({
    id: one.id,
    label: titleOf(one),
    hint: t(one.kind === "group" ? "palette.group" : "palette.direct"),
    icon: <Avatar id={faceOf(one, me)} name={titleOf(one)} size={28} group={one.kind === "group"} />,
    run: () => navigate(`/c/${one.id}`),
  }));
  const direct = new Set(
    byActivity(conversations)
      .filter((one) => one.kind === "direct")
      .map((one) => faceOf(one, me)),
  );
  const start = (userId: string) =>
    openDirect(userId).then(
      (made) => navigate(`/c/${made.id}`),
      (error: unknown) => toast(errorText(error)),
    );
  const found = (people ?? [])
    .filter((user) => user.id !== me && !direct.has(user.id))
    .filter((user) => fresh || fits(wanted, user))
    .map((user) => ({
      id: user.id,
      label: user.display_name,
      hint: `@${user.username}`,
      icon: <Avatar id={user.id} name={user.display_name} size={28} />,
      run: () => void start(user.id),
    }));
  const places = [
    {
      id: "jobs",
      label: t("rail.jobs"),
      hint: "",
      icon: <Images size={20} />,
      run: () => navigate("/jobs"),
    },
    {
      id: "data",
      label: t("rail.data"),
      hint: "",
      icon: <Table2 size={20} />,
      run: () => navigate("/data"),
    },
    {
      id: "settings",
      label: t("settings.title"),
      hint: "",
      icon: <Settings size={20} />,
      run: () => navigate("/settings"),
    },
    { id: "sheet", label: t("shortcuts.title"), hint: "?", icon: <Keyboard size={20} />, run: onSheet },
  ];
  const tables = (datasets ?? [])
    .filter((dataset) => dataset.name.toLocaleLowerCase().includes(wanted))
    .map((dataset) => ({
      id: dataset.id,
      label: dataset.name,
      hint: t("palette.dataset"),
      icon: <Table2 size={20} />,
      run: () => navigate(`/data/${dataset.id}`),
    }));
  const local = [...talks, ...places].filter((item) => item.label.toLocaleLowerCase().includes(wanted));
  return [...local, ...tables, ...found].slice(0, MOST_SHOWN);
}
