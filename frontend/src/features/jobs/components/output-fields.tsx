import { useTranslation } from "react-i18next";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { NumberField } from "@/components/ui/number-field";
import { SelectField } from "@/components/ui/select";
import { useFormProblems } from "@/features/jobs/components/use-problems";
import { FORMATS, MOST_NAME, type Output, PRESETS, PROFILES } from "@/features/jobs/operations";

const FORMAT_NAMES = { jpeg: "JPEG", png: "PNG", webp: "WebP", avif: "AVIF" } as const;

interface Props {
  output: Output;
  /** Of the output among all of them, as problems name it. */
  path: string;
  onChange: (patch: Partial<Output>) => void;
}

export function Goal({ output, path, onChange }: Props) {
  const { t } = useTranslation();
  const { at } = useFormProblems();
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <SelectField
        label={t("settingsForm.preset")}
        hint={t(`settingsForm.presetHints.${output.preset}`)}
        value={output.preset}
        onChange={(preset) => onChange({ preset })}
        options={PRESETS.map((one) => [one, t(`settingsForm.presets.${one}`)] as const)}
      />
      <SelectField
        label={t("settingsForm.format")}
        error={at(`${path}.format`)}
        value={output.format}
        onChange={(format) => onChange({ format })}
        options={FORMATS.map(
          (one) => [one, one === "same" ? t("settingsForm.sameFormat") : FORMAT_NAMES[one]] as const,
        )}
      />
    </div>
  );
}

export function Size({ output, path, onChange }: Props) {
  const { t } = useTranslation();
  const { at } = useFormProblems();
  return (
    <div className="grid grid-cols-2 gap-4">
      <NumberField
        label={t("settingsForm.width")}
        hint={t("settingsForm.sizeHint")}
        error={at(`${path}.width`)}
        value={output.width}
        most={20_000}
        onChange={(width) => onChange({ width })}
      />
      <NumberField
        label={t("settingsForm.height")}
        error={at(`${path}.height`)}
        value={output.height}
        most={20_000}
        onChange={(height) => onChange({ height })}
      />
    </div>
  );
}

/** What few people ask for. */
export function Fine({ output, path, onChange }: Props) {
  const { t } = useTranslation();
  const { at } = useFormProblems();
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <NumberField
          label={t("settingsForm.quality")}
          hint={t("settingsForm.qualityHint")}
          error={at(`${path}.quality`)}
          value={output.quality}
          most={100}
          onChange={(quality) => onChange({ quality })}
        />
        <Field
          label={t("settingsForm.name")}
          hint={t("settingsForm.nameHint")}
          value={output.name}
          maxLength={MOST_NAME}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </div>
      <SelectField
        label={t("settingsForm.profile")}
        value={output.profile}
        onChange={(profile) => onChange({ profile })}
        options={PROFILES.map((one) => [one, t(`settingsForm.profiles.${one}`)] as const)}
      />
      <Checkbox checked={output.keepCopyright} onChange={(keepCopyright) => onChange({ keepCopyright })}>
        {t("settingsForm.keepCopyright")}
      </Checkbox>
    </>
  );
}
