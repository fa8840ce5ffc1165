import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/app/runtime";
import { dispatch, useChat } from "@/app/store";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { SaveNote } from "@/features/settings/components/save-note";
import { Section } from "@/features/settings/components/section";
import { useSave } from "@/features/settings/components/use-save";

export function ProfileForm() {
  const { t } = useTranslation();
  const me = useChat((chat) => chat.me);
  const [name, setName] = useState(me?.display_name ?? "");
  const saving = useSave();
  if (!me) return null;
  const save = () =>
    saving.run(async () =>
      dispatch({ type: "profile", user: await call("user.update", { display_name: name.trim() }) }),
    );
  return (
    <Section title={t("settings.profile")}>
      <div className="flex items-center gap-4">
        <Avatar id={me.id} name={me.display_name} size={56} />
        <div className="min-w-0">
          <p className="truncate text-base font-semibold">{me.display_name}</p>
          <p className="truncate text-sm text-muted">@{me.username}</p>
        </div>
      </div>
      <form
        className="flex flex-col items-start gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field
          className="w-full max-w-80"
          label={t("account.displayName")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={64}
          required
        />
        <Button
          type="submit"
          look="primary"
          disabled={saving.busy || name.trim() === "" || name.trim() === me.display_name}
        >
          {t("common.save")}
        </Button>
        <SaveNote {...saving} />
      </form>
    </Section>
  );
}
