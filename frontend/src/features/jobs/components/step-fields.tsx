import { useTranslation } from "react-i18next";
import { Checkbox } from "@/components/ui/checkbox";
import { ColorField, OptionalColorField } from "@/components/ui/color-field";
import { Field } from "@/components/ui/field";
import { NumberField } from "@/components/ui/number-field";
import { RangeField } from "@/components/ui/range-field";
import { SelectField } from "@/components/ui/select";
import { MarkPicker } from "@/features/jobs/components/mark-picker";
import { useFormProblems } from "@/features/jobs/components/use-problems";
import { changeStep } from "@/features/jobs/form";
import {
  DIRECTIONS,
  FITS,
  MOST_CAPTION,
  type Operation,
  type OperationName,
  PARTS,
  POSITIONS,
} from "@/features/jobs/operations";
import type { Step } from "@/features/jobs/settings";
import { percent } from "@/lib/format";

type Of<Name extends OperationName> = Extract<Operation, { op: Name }>;

interface Props<Name extends OperationName> {
  operation: Of<Name>;
  /** The sentence on what is wrong in a field. */
  wrong: (field: string) => string | undefined;
  onChange: (patch: Partial<Of<Name>>) => void;
}

const WHITE = "#ffffff";

/** What one change needs to know. */
export function StepFields({ step, path }: { step: Step; path: string }) {
  const { at } = useFormProblems();
  const { operation } = step;
  const rest = {
    wrong: (field: string) => at(`${path}.${field}`),
    onChange: (patch: object) => changeStep(step.id, patch),
  };
  switch (operation.op) {
    case "resize":
      return <Resize operation={operation} {...rest} />;
    case "crop":
      return <Crop operation={operation} {...rest} />;
    case "rotate":
      return <Rotate operation={operation} {...rest} />;
    case "flip":
      return <Flip operation={operation} {...rest} />;
    case "blur":
    case "sharpen":
      return <Sigma operation={operation} {...rest} />;
    case "adjust":
      return <Adjust operation={operation} {...rest} />;
    case "caption":
      return <Caption operation={operation} {...rest} />;
    case "watermark":
      return <Watermark operation={operation} {...rest} />;
    default:
      return null;
  }
}

interface BoxProps {
  box: { width: number | null; height: number | null };
  wrong: (field: string) => string | undefined;
  onChange: (patch: { width: number | null } | { height: number | null }) => void;
}

function Box({ box, wrong, onChange }: BoxProps) {
  const { t } = useTranslation();
  return (
    <div className="grid grid-cols-2 gap-4">
      <NumberField
        label={t("settingsForm.width")}
        error={wrong("width")}
        value={box.width}
        most={20_000}
        onChange={(width) => onChange({ width })}
      />
      <NumberField
        label={t("settingsForm.height")}
        error={wrong("height")}
        value={box.height}
        most={20_000}
        onChange={(height) => onChange({ height })}
      />
    </div>
  );
}

function Resize({ operation, wrong, onChange }: Props<"resize">) {
  const { t } = useTranslation();
  const { fit, attention, enlarge, background } = operation;
  return (
    <>
      <Box box={operation} wrong={wrong} onChange={onChange} />
      <SelectField
        label={t("settingsForm.fit")}
        value={fit}
        onChange={(chosen) => onChange({ fit: chosen })}
        options={FITS.map((one) => [one, t(`settingsForm.fits.${one}`)] as const)}
      />
      <div className="flex flex-col gap-1">
        {fit === "fill" && (
          <Checkbox checked={attention} onChange={(chosen) => onChange({ attention: chosen })}>
            {t("settingsForm.keepInteresting")}
          </Checkbox>
        )}
        <Checkbox checked={enlarge} onChange={(chosen) => onChange({ enlarge: chosen })}>
          {t("settingsForm.enlarge")}
        </Checkbox>
      </div>
      {fit === "fit" && <Background value={background} onChange={onChange} />}
    </>
  );
}

interface BackgroundProps {
  value: string | null;
  onChange: (patch: { background: string | null }) => void;
}

function Background({ value, onChange }: BackgroundProps) {
  const { t } = useTranslation();
  return (
    <OptionalColorField
      label={t("settingsForm.ownBackground")}
      colorLabel={t("settingsForm.background")}
      value={value}
      initial={WHITE}
      onChange={(background) => onChange({ background })}
    />
  );
}

function Crop({ operation, wrong, onChange }: Props<"crop">) {
  const { t } = useTranslation();
  return (
    <>
      <Box box={operation} wrong={wrong} onChange={onChange} />
      <SelectField
        label={t("settingsForm.part")}
        value={operation.part}
        onChange={(part) => onChange({ part })}
        options={PARTS.map((one) => [one, t(`settingsForm.parts.${one}`)] as const)}
      />
      {operation.part === "box" && (
        <div className="grid grid-cols-2 gap-4">
          <NumberField
            label={t("settingsForm.left")}
            error={wrong("left")}
            value={operation.left}
            least={0}
            most={100_000}
            onChange={(left) => onChange({ left })}
          />
          <NumberField
            label={t("settingsForm.top")}
            error={wrong("top")}
            value={operation.top}
            least={0}
            most={100_000}
            onChange={(top) => onChange({ top })}
          />
        </div>
      )}
    </>
  );
}

function Rotate({ operation, wrong, onChange }: Props<"rotate">) {
  const { t } = useTranslation();
  const { angle, background } = operation;
  return (
    <>
      <NumberField
        label={t("settingsForm.angle")}
        hint={t("settingsForm.angleHint")}
        error={wrong("angle")}
        value={angle}
        least={-360}
        most={360}
        step="any"
        onChange={(chosen) => onChange({ angle: chosen })}
      />
      {(angle ?? 0) % 90 !== 0 && <Background value={background} onChange={onChange} />}
    </>
  );
}

function Flip({ operation, onChange }: Props<"flip">) {
  const { t } = useTranslation();
  return (
    <SelectField
      label={t("settingsForm.direction")}
      value={operation.direction}
      onChange={(direction) => onChange({ direction })}
      options={DIRECTIONS.map((one) => [one, t(`settingsForm.directions.${one}`)] as const)}
    />
  );
}

function Sigma({ operation, wrong, onChange }: Props<"blur" | "sharpen">) {
  const { t } = useTranslation();
  return (
    <NumberField
      label={t("settingsForm.sigma")}
      error={wrong("sigma")}
      value={operation.sigma}
      least={0.1}
      most={50}
      step="any"
      onChange={(sigma) => onChange({ sigma })}
    />
  );
}

interface PercentProps {
  label: string;
  /** 1 is a hundred per cent. */
  value: number;
  least?: number;
  most: number;
  onChange: (value: number) => void;
}

function Percent({ label, value, least = 0, most, onChange }: PercentProps) {
  const { i18n } = useTranslation();
  const part = Math.round(value * 100);
  return (
    <RangeField
      label={label}
      value={part}
      least={least}
      most={most}
      step={most > 100 ? 5 : 1}
      text={percent(part, i18n.language)}
      onChange={(chosen) => onChange(chosen / 100)}
    />
  );
}

function Adjust({ operation, onChange }: Props<"adjust">) {
  const { t } = useTranslation();
  return (["brightness", "contrast", "saturation"] as const).map((name) => (
    <Percent
      key={name}
      label={t(`settingsForm.${name}`)}
      value={operation[name]}
      most={400}
      onChange={(value) => onChange({ [name]: value })}
    />
  ));
}

function Caption({ operation, wrong, onChange }: Props<"caption">) {
  const { t } = useTranslation();
  return (
    <>
      <Field
        label={t("settingsForm.text")}
        error={wrong("text")}
        value={operation.text}
        maxLength={MOST_CAPTION}
        onChange={(event) => onChange({ text: event.target.value })}
      />
      <Place value={operation.position} onChange={onChange} />
      <Percent
        label={t("settingsForm.captionSize")}
        value={operation.size}
        least={1}
        most={100}
        onChange={(size) => onChange({ size })}
      />
      <ColorField
        label={t("settingsForm.color")}
        value={operation.color}
        onChange={(color) => onChange({ color })}
      />
      <Background value={operation.background} onChange={onChange} />
    </>
  );
}

type Position = (typeof POSITIONS)[number];

function Place({ value, onChange }: { value: Position; onChange: (patch: { position: Position }) => void }) {
  const { t } = useTranslation();
  return (
    <SelectField
      label={t("settingsForm.position")}
      value={value}
      onChange={(position) => onChange({ position })}
      options={POSITIONS.map((one) => [one, t(`settingsForm.positions.${one}`)] as const)}
    />
  );
}

function Watermark({ operation, wrong, onChange }: Props<"watermark">) {
  const { t } = useTranslation();
  return (
    <>
      <MarkPicker
        chosen={operation.file_id}
        error={wrong("file_id")}
        onChoose={(file_id) => onChange({ file_id })}
      />
      <Place value={operation.position} onChange={onChange} />
      <Percent
        label={t("settingsForm.markSize")}
        value={operation.size}
        least={1}
        most={100}
        onChange={(size) => onChange({ size })}
      />
      <Percent
        label={t("settingsForm.opacity")}
        value={operation.opacity}
        most={100}
        onChange={(opacity) => onChange({ opacity })}
      />
    </>
  );
}
