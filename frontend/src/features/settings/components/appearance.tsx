import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Section } from "@/features/settings/components/section";
import { classes } from "@/lib/classes";
import { prefer, usePreferences } from "@/lib/preferences";

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: ReadonlyArray<readonly [T, string]>;
  onChange: (value: T) => void;
}

/** A few choices side by side: radio buttons underneath, so arrows move between them. */
function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      <div className="inline-flex flex-wrap gap-1 rounded-sm border border-line-strong p-0.5">
        {options.map(([option, text]) => (
          <label
            key={option}
            className={classes(
              "flex h-8 cursor-pointer items-center rounded-sm px-3 text-sm has-focus-visible:outline-2 has-focus-visible:outline-accent",
              option === value ? "bg-accent text-on-accent" : "text-muted hover:bg-hover",
            )}
          >
            <input
              type="radio"
              name={name}
              checked={option === value}
              onChange={() => onChange(option)}
              className="sr-only"
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Appearance() {
  const { t } = useTranslation();
  const { theme, language, sendKey } = usePreferences();
  return (
    <Section title={t("settings.appearance")}>
      <Choice
        label={t("settings.theme")}
        value={theme}
        onChange={(value) => prefer("theme", value)}
        options={[
          ["system", t("settings.asSystem")],
          ["light", t("settings.light")],
          ["dark", t("settings.dark")],
        ]}
      />
      <Choice
        label={t("settings.language")}
        value={language}
        onChange={(value) => prefer("language", value)}
        options={[
          ["system", t("settings.asBrowser")],
          ["en", "English"],
          ["fr", "Français"],
        ]}
      />
      <Choice
        label={t("settings.sendKey")}
        value={sendKey}
        onChange={(value) => prefer("sendKey", value)}
        options={[
          ["enter", t("settings.sendEnter")],
          ["mod-enter", t("settings.sendModEnter")],
        ]}
      />
    </Section>
  );
}
