import { useId } from "react";

interface Props {
  label: string;
  value: number;
  least: number;
  most: number;
  step: number;
  /** The value as people read it, beside the label. */
  text: string;
  onChange: (value: number) => void;
}

export function RangeField({ label, value, least, most, step, text, onChange }: Props) {
  const id = useId();
  return (
    <div>
      <div className="mb-1 flex items-baseline justify-between gap-2 text-sm">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <span className="tabular text-muted">{text}</span>
      </div>
      <input
        id={id}
        type="range"
        min={least}
        max={most}
        step={step}
        value={value}
        aria-valuetext={text}
        onChange={(event) => onChange(Number(event.target.value))}
        className="h-6 w-full cursor-pointer accent-accent"
      />
    </div>
  );
}
