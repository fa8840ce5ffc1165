import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Checkbox } from "@/components/ui/checkbox";
import { RangeField } from "@/components/ui/range-field";
import { percent } from "@/lib/format";

interface Props {
  label: string;
  /** `#rrggbb` or `#rrggbbaa`. */
  value: string;
  onChange: (value: string) => void;
}

const SOLID = 255;

/** A color and how much of it covers what is behind. */
export function ColorField({ label, value, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const color = value.slice(0, 7);
  const cover = value.length > 7 ? Number.parseInt(value.slice(7), 16) / SOLID : 1;
  const tell = (next: string, part: number) =>
    onChange(
      part === 1
        ? next
        : next +
            Math.round(part * SOLID)
              .toString(16)
              .padStart(2, "0"),
    );
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] items-end gap-4">
      <div>
        <label htmlFor={id} className="mb-1 block text-sm font-medium">
          {label}
        </label>
        <input
          id={id}
          type="color"
          value={color}
          onChange={(event) => tell(event.target.value, cover)}
          className="block h-8 w-16 cursor-pointer rounded-sm border border-line-strong bg-raised p-0.5"
        />
      </div>
      <RangeField
        label={t("settingsForm.cover")}
        value={Math.round(cover * 100)}
        least={0}
        most={100}
        step={5}
        text={percent(cover * 100, i18n.language)}
        onChange={(part) => tell(color, part / 100)}
      />
    </div>
  );
}

interface OptionalProps {
  label: string;
  /** Of the color, once there is one. */
  colorLabel: string;
  value: string | null;
  /** What it is at first. */
  initial: string;
  onChange: (value: string | null) => void;
}

/** A color that may be left out. */
export function OptionalColorField({ label, colorLabel, value, initial, onChange }: OptionalProps) {
  return (
    <div className="flex flex-col gap-2">
      <Checkbox checked={value !== null} onChange={(wanted) => onChange(wanted ? initial : null)}>
        {label}
      </Checkbox>
      {value !== null && <ColorField label={colorLabel} value={value} onChange={onChange} />}
    </div>
  );
}
