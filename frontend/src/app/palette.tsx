import { Keyboard, Settings, UserRound } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useChat, useMe } from "@/app/store";
import { useToast } from "@/app/toast";
import { Avatar } from "@/components/ui/avatar";
import { Modal } from "@/components/ui/modal";
import { openDirect } from "@/features/conversations/api";
import { byActivity } from "@/features/conversations/state";
import { searchPeople } from "@/features/people/api";
import { faceOf, useTitleOf } from "@/features/people/names";
import { classes } from "@/lib/classes";
import { useErrorText } from "@/lib/error-text";
import { useLoaded } from "@/lib/use-loaded";

interface Item {
  id: string;
  label: string;
  hint: string;
  icon: ReactNode;
  run: () => void;
}

const MOST_SHOWN = 12;

function useItems(query: string, onSheet: () => void): Item[] {
  const { t } = useTranslation();
  const me = useMe();
  const [, navigate] = useLocation();
  const toast = useToast();
  const errorText = useErrorText();
  const titleOf = useTitleOf();
  const conversations = useChat((chat) => chat.conversations);
  const { data: people } = useLoaded(query, () => (query ? searchPeople(query) : Promise.resolve([])));
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
    .map((user) => ({
      id: user.id,
      label: user.display_name,
      hint: `@${user.username}`,
      icon: <Avatar id={user.id} name={user.display_name} size={28} />,
      run: () => void start(user.id),
    }));
  const places = [
    {
      id: "settings",
      label: t("settings.title"),
      hint: "",
      icon: <Settings size={20} />,
      run: () => navigate("/settings"),
    },
    { id: "sheet", label: t("shortcuts.title"), hint: "?", icon: <Keyboard size={20} />, run: onSheet },
  ];
  const wanted = query.toLocaleLowerCase();
  const local = [...talks, ...places].filter((item) => item.label.toLocaleLowerCase().includes(wanted));
  return [...local, ...found].slice(0, MOST_SHOWN);
}

interface Props {
  onClose: () => void;
  onSheet: () => void;
}

/** Goes anywhere by typing a part of its name. */
export default function Palette({ onClose, onSheet }: Props) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const items = useItems(useDeferredValue(query.trim()), onSheet);
  const index = Math.min(chosen, items.length - 1);
  const run = (item: Item | undefined) => {
    if (!item) return;
    onClose();
    item.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step && items.length > 0) setChosen((index + step + items.length) % items.length);
    else if (event.key === "Enter" && !event.nativeEvent.isComposing) run(items[index]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      labelledBy="palette-title"
      onClose={onClose}
      className="mx-auto mt-2 mb-auto flex max-h-[70dvh] w-[calc(100vw-16px)] flex-col overflow-hidden rounded-md border border-line bg-raised shadow-over sm:mt-[12vh] sm:w-[520px]"
    >
      <h2 id="palette-title" className="sr-only">
        {t("palette.title")}
      </h2>
      <input
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={items[index] ? `palette-${items[index].id}` : undefined}
        aria-label={t("palette.title")}
        placeholder={t("palette.placeholder")}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
        className="h-12 shrink-0 border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-faint"
      />
      <div id="palette-list" role="listbox" aria-label={t("palette.title")} className="overflow-y-auto p-2">
        {items.map((item, at) => (
          <Option
            key={item.id}
            item={item}
            on={at === index}
            onHover={() => setChosen(at)}
            onRun={() => run(item)}
          />
        ))}
      </div>
      {items.length === 0 && (
        <p className="px-4 pb-6 text-center text-sm text-muted">{t("palette.nothing")}</p>
      )}
    </Modal>
  );
}

interface OptionProps {
  item: Item;
  on: boolean;
  onHover: () => void;
  onRun: () => void;
}

function Option({ item, on, onHover, onRun }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above hears the keys for its options
    <div
      id={`palette-${item.id}`}
      role="option"
      aria-selected={on}
      tabIndex={-1}
      onMouseMove={onHover}
      onClick={onRun}
      className={classes(
        "flex h-10 cursor-pointer items-center gap-3 rounded-sm px-2 text-sm",
        on && "bg-selected",
      )}
    >
      <span className="flex w-7 justify-center text-muted">{item.icon ?? <UserRound size={20} />}</span>
      <span className="min-w-0 flex-1 truncate">{item.label}</span>
      <span className="text-xs text-muted">{item.hint}</span>
    </div>
  );
}
