import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { NumberField } from "@/components/ui/number-field";
import { SelectField } from "@/components/ui/select";
import {
  ANGLES,
  chooseSettings,
  DEFAULT_SETTINGS,
  FORMATS,
  type ImageSettings,
  POSITIONS,
  PRESETS,
  useImageSettings,
} from "@/features/jobs/settings";

const FORMAT_NAMES = { jpeg: "JPEG", png: "PNG", webp: "WebP", avif: "AVIF" } as const;

/** What is to be done to pictures. Every change counts at once, for the next ones. */
export function SettingsForm() {
  const { t } = useTranslation();
  const settings = useImageSettings();
  return (
    <div className="flex flex-col gap-4">
      <Encoding settings={settings} />
      <Size settings={settings} />
      <Changes settings={settings} />
      <Button size="sm" look="quiet" className="self-start" onClick={() => chooseSettings(DEFAULT_SETTINGS)}>
        {t("settingsForm.reset")}
      </Button>
    </div>
  );
}

function Encoding({ settings }: { settings: ImageSettings }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t("settingsForm.preset")}
          hint={t(`settingsForm.presetHints.${settings.preset}`)}
          value={settings.preset}
          onChange={(preset) => chooseSettings({ preset })}
          options={PRESETS.map((one) => [one, t(`settingsForm.presets.${one}`)] as const)}
        />
        <SelectField
          label={t("settingsForm.format")}
          value={settings.format}
          onChange={(format) => chooseSettings({ format })}
          options={FORMATS.map(
            (one) => [one, one === "same" ? t("settingsForm.sameFormat") : FORMAT_NAMES[one]] as const,
          )}
        />
      </div>
      <NumberField
        label={t("settingsForm.quality")}
        hint={t("settingsForm.qualityHint")}
        value={settings.quality}
        most={100}
        onChange={(quality) => chooseSettings({ quality })}
      />
    </>
  );
}

function Size({ settings }: { settings: ImageSettings }) {
  const { t } = useTranslation();
  return (
    <div className="grid grid-cols-2 gap-4">
      <NumberField
        label={t("settingsForm.width")}
        hint={t("settingsForm.sizeHint")}
        value={settings.width}
        most={20_000}
        onChange={(width) => chooseSettings({ width })}
      />
      <NumberField
        label={t("settingsForm.height")}
        value={settings.height}
        most={20_000}
        onChange={(height) => chooseSettings({ height })}
      />
    </div>
  );
}

function Changes({ settings }: { settings: ImageSettings }) {
  const { t } = useTranslation();
  return (
    <>
      <SelectField
        label={t("settingsForm.rotate")}
        value={String(settings.angle)}
        onChange={(angle) => chooseSettings({ angle: ANGLES.find((one) => String(one) === angle) ?? 0 })}
        options={ANGLES.map((one) => [String(one), t(`settingsForm.angles.${one}`)] as const)}
      />
      <div className="flex flex-col gap-1">
        <Checkbox checked={settings.grayscale} onChange={(grayscale) => chooseSettings({ grayscale })}>
          {t("settingsForm.grayscale")}
        </Checkbox>
        <Checkbox checked={settings.sharpen} onChange={(sharpen) => chooseSettings({ sharpen })}>
          {t("settingsForm.sharpen")}
        </Checkbox>
        <Checkbox
          checked={settings.keepCopyright}
          onChange={(keepCopyright) => chooseSettings({ keepCopyright })}
        >
          {t("settingsForm.keepCopyright")}
        </Checkbox>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label={t("settingsForm.caption")}
          value={settings.caption}
          maxLength={200}
          onChange={(event) => chooseSettings({ caption: event.target.value })}
        />
        <SelectField
          label={t("settingsForm.captionPosition")}
          value={settings.captionPosition}
          onChange={(captionPosition) => chooseSettings({ captionPosition })}
          options={POSITIONS.map((one) => [one, t(`settingsForm.positions.${one}`)] as const)}
        />
      </div>
    </>
  );
}
