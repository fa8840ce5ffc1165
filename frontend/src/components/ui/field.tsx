import { type InputHTMLAttributes, type Ref, useId } from "react";
import { classes } from "@/lib/classes";

export const INPUT =
  "w-full rounded-sm border border-line-strong bg-raised px-3 text-base text-ink placeholder:text-faint sm:text-sm focus-visible:outline-offset-0";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: string;
  error?: string | null;
  ref?: Ref<HTMLInputElement>;
}

export function Field({ label, hint, error, className, ...rest }: Props) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        className={classes(INPUT, "h-10", error && "border-danger")}
        aria-invalid={error ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        {...rest}
      />
      {note && (
        <p id={`${id}-note`} className={classes("mt-1 text-xs", error ? "text-danger-ink" : "text-muted")}>
          {note}
        </p>
      )}
    </div>
  );
}
