import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import { classes } from "@/lib/classes";

interface Props<T extends string> {
  label: string;
  tabs: ReadonlyArray<readonly [T, string]>;
  current: T;
  onChange: (tab: T) => void;
  /** What belongs to the current tab. */
  children: ReactNode;
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

/** Tabs over what they show (ARIA Authoring Practices, "Tabs"): one stop of the Tab key, arrows go from one to the next. */
export function Tabs<T extends string>({ label, tabs, current, onChange, children }: Props<T>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const index = tabs.findIndex(([tab]) => tab === current);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const next = step && tabs[(index + step + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    onChange(next[0]);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${next[0]}`)}`)?.focus();
  };
  return (
    <>
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        onKeyDown={onKeyDown}
        className="flex shrink-0 gap-1 border-b border-line px-3"
      >
        {tabs.map(([tab, text]) => (
          <button
            key={tab}
            id={`${id}-${tab}`}
            type="button"
            role="tab"
            aria-selected={tab === current}
            aria-controls={`${id}-panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => onChange(tab)}
            className={classes(
              "-mb-px h-10 border-b-2 px-2 text-sm font-medium focus-visible:-outline-offset-2",
              tab === current ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink",
            )}
          >
            {text}
          </button>
        ))}
      </div>
      <div
        id={`${id}-panel`}
        role="tabpanel"
        aria-labelledby={`${id}-${current}`}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto"
      >
        {children}
      </div>
    </>
  );
}
