import { useId } from "react";
import { INPUT } from "@/components/ui/field";
import { classes } from "@/lib/classes";

interface Props<T extends string> {
  label: string;
  hint?: string;
  error?: string | null;
  value: T;
  options: ReadonlyArray<readonly [T, string]>;
  onChange: (value: T) => void;
  /** Its label is small, as above a list that it narrows. */
  compact?: boolean;
  className?: string;
}

/** The browser's own list: it knows every keyboard and every phone. */
export function SelectField<T extends string>({
  label,
  hint,
  error,
  value,
  options,
  onChange,
  compact,
  className,
}: Props<T>) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={className}>
      <label
        htmlFor={id}
        className={classes("mb-1 block font-medium", compact ? "text-xs text-muted" : "text-sm")}
      >
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value as T)}
        aria-invalid={error ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className={classes(INPUT, compact ? "h-9" : "h-10", error && "border-danger")}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      {note && (
        <p id={`${id}-note`} className={classes("mt-1 text-xs", error ? "text-danger-ink" : "text-muted")}>
          {note}
        </p>
      )}
    </div>
  );
}
