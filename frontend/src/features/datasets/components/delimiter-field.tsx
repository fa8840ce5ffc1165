import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/components/ui/field";
import { SelectField } from "@/components/ui/select";

const SIGNS = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" } as const;
const NAMES = ["comma", "semicolon", "tab", "pipe", "other"] as const;
type Name = (typeof NAMES)[number];

const nameOf = (sign: string): Name => NAMES.find((one) => one !== "other" && SIGNS[one] === sign) ?? "other";

/** What stands between columns: one of the usual signs, or another one. */
export function DelimiterField({ value, onChange }: { value: string; onChange: (sign: string) => void }) {
  const { t } = useTranslation();
  const [other, setOther] = useState(false);
  const name = other ? "other" : nameOf(value);
  const choose = (chosen: Name) => {
    setOther(chosen === "other");
    if (chosen !== "other") onChange(SIGNS[chosen]);
  };
  return (
    <>
      <SelectField
        label={t("importing.delimiter")}
        value={name}
        onChange={choose}
        options={NAMES.map((one) => [one, t(`importing.delimiters.${one}`)] as const)}
      />
      {name === "other" && (
        <Field
          label={t("importing.delimiterOther")}
          value={nameOf(value) === "other" ? value : ""}
          maxLength={1}
          onChange={(event) => event.target.value !== "" && onChange(event.target.value)}
        />
      )}
    </>
  );
}
