import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/ui/dialog";
import { usePreferences } from "@/lib/preferences";
import { isMac, SHORTCUTS, type ShortcutId } from "@/lib/shortcuts";
import type en from "@/locales/en.json";

type NamedKey = keyof typeof en.shortcuts.keys;

const GROUPS = ["anywhere", "messages", "writing"] as const;
const SIGNS: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Mod: isMac ? "⌘" : "Ctrl",
};

const idsOf = (group: string): ShortcutId[] =>
  (Object.keys(SHORTCUTS) as ShortcutId[]).filter((id) => SHORTCUTS[id].group === group);

/** Every shortcut there is: the list is the one that the handlers use. */
export default function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard */}
      <div className="overflow-y-auto px-4 pb-4" tabIndex={0}>
        {GROUPS.map((group) => (
          <section key={group} className="pt-4">
            <h3 className="pb-1 text-xs font-semibold text-muted">{t(`shortcuts.groups.${group}`)}</h3>
            <dl>
              {idsOf(group).map((id) => (
                <div key={id} className="flex items-center gap-3 py-1">
                  <dt className="flex-1 text-sm">{t(`shortcuts.${id}`)}</dt>
                  <dd className="flex gap-1.5">
                    <Keys id={id} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

/** Sending and breaking the line trade keys by preference. */
function keysOf(id: ShortcutId, sendKey: "enter" | "mod-enter"): readonly string[] {
  if (sendKey === "mod-enter" && id === "send") return ["Mod+Enter"];
  if (sendKey === "mod-enter" && id === "newLine") return ["Enter"];
  return SHORTCUTS[id].keys;
}

function Keys({ id }: { id: ShortcutId }) {
  const { t, i18n } = useTranslation();
  const sendKey = usePreferences((preferences) => preferences.sendKey);
  const nameOf = (key: string) => {
    if (i18n.exists(`shortcuts.keys.${key}`)) return t(`shortcuts.keys.${key as NamedKey}`);
    return SIGNS[key] ?? key.toUpperCase();
  };
  return keysOf(id, sendKey).map((combination) => (
    <kbd
      key={combination}
      className="rounded-sm border border-line-strong bg-panel px-1.5 py-0.5 font-sans text-xs"
    >
      {combination.split("+").map(nameOf).join(" + ")}
    </kbd>
  ));
}
