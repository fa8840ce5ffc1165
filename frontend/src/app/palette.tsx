import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Item, usePaletteItems } from "@/app/palette-items";
import { Modal } from "@/components/ui/modal";
import { classes } from "@/lib/classes";

interface Props {
  onClose: () => void;
  onSheet: () => void;
}

/** Goes anywhere by typing a part of its name. */
export default function Palette({ onClose, onSheet }: Props) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const items = usePaletteItems(query.trim(), onSheet);
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
      <span className="flex w-7 justify-center text-muted">{item.icon}</span>
      <span className="min-w-0 flex-1 truncate">{item.label}</span>
      <span className="text-xs text-muted">{item.hint}</span>
    </div>
  );
}
