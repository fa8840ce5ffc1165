import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/app/runtime";
import { useChat } from "@/app/store";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { SaveNote } from "@/features/settings/components/save-note";
import { Section } from "@/features/settings/components/section";
import { useSave } from "@/features/settings/components/use-save";

export function PasswordForm() {
  const { t } = useTranslation();
  const username = useChat((chat) => chat.me?.username);
  const saving = useSave();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const passwords = { old_password: String(fields.get("old")), new_password: String(fields.get("new")) };
    if (await saving.run(() => call("user.change_password", passwords))) form.reset();
  };
  return (
    <Section title={t("settings.password")} hint={t("settings.passwordHint")}>
      <form onSubmit={submit} className="flex flex-col items-start gap-3">
        <input type="text" name="username" autoComplete="username" defaultValue={username} hidden readOnly />
        <Field
          className="w-full max-w-80"
          label={t("settings.oldPassword")}
          name="old"
          type="password"
          autoComplete="current-password"
          required
        />
        <Field
          className="w-full max-w-80"
          label={t("settings.newPassword")}
          name="new"
          type="password"
          autoComplete="new-password"
          maxLength={256}
          required
        />
        <Button type="submit" disabled={saving.busy}>
          {t("settings.changePassword")}
        </Button>
        <SaveNote {...saving} />
      </form>
    </Section>
  );
}
