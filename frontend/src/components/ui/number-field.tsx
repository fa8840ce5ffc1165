import { Field } from "@/components/ui/field";

interface Props {
  label: string;
  hint?: string;
  value: number | null;
  most: number;
  onChange: (value: number | null) => void;
}

/** Empty is no number at all: what it means then is in the hint. */
export function NumberField({ label, hint, value, most, onChange }: Props) {
  const take = (text: string) => {
    const number = Number.parseInt(text, 10);
    onChange(Number.isNaN(number) ? null : Math.min(most, Math.max(1, number)));
  };
  return (
    <Field
      label={label}
      hint={hint}
      type="number"
      inputMode="numeric"
      min={1}
      max={most}
      value={value ?? ""}
      onChange={(event) => take(event.target.value)}
    />
  );
}
