import { Field } from "@/components/ui/field";

interface Props {
  label: string;
  hint?: string;
  error?: string | null;
  value: number | null;
  least?: number;
  most: number;
  /** "any" takes fractions. */
  step?: number | "any";
  onChange: (value: number | null) => void;
}

/** Empty is no number at all: what it means then is in the hint. What is out of range is for `error` to say. */
export function NumberField({ value, least = 1, most, step = 1, onChange, ...rest }: Props) {
  const take = (text: string) => {
    const number = Number.parseFloat(text);
    onChange(Number.isNaN(number) ? null : number);
  };
  return (
    <Field
      {...rest}
      type="number"
      inputMode={least < 0 || step === "any" ? "decimal" : "numeric"}
      min={least}
      max={most}
      step={step}
      value={value ?? ""}
      onChange={(event) => take(event.target.value)}
    />
  );
}
