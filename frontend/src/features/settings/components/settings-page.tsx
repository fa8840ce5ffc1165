import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { logout, logoutEverywhere } from "@/app/runtime";
import { Button } from "@/components/ui/button";
import { Appearance } from "@/features/settings/components/appearance";
import { PasswordForm } from "@/features/settings/components/password-form";
import { ProfileForm } from "@/features/settings/components/profile-form";
import { Section } from "@/features/settings/components/section";
import { Sessions } from "@/features/settings/components/sessions";
import { useErrorText } from "@/lib/error-text";

/** One's own account: profile, look of the page, password, sessions. */
export default function SettingsPage() {
  const { t } = useTranslation();
  return (
    <div className="h-full overflow-y-auto">
      <header className="flex h-14 items-center gap-2 border-b border-line px-2 sm:px-6">
        <Link
          href="/"
          aria-label={t("conversation.toList")}
          className="inline-flex size-9 items-center justify-center rounded-sm text-muted hover:bg-hover sm:hidden"
        >
          <ArrowLeft size={20} />
        </Link>
        <h2 className="text-lg font-semibold">{t("settings.title")}</h2>
      </header>
      <div className="mx-auto flex max-w-160 flex-col gap-10 p-4 pb-12 sm:p-6">
        <ProfileForm />
        <Appearance />
        <PasswordForm />
        <Sessions />
        <Leaving />
      </div>
    </div>
  );
}

function Leaving() {
  const { t } = useTranslation();
  const text = useErrorText();
  const [error, setError] = useState<unknown>(null);
  return (
    <Section title={t("settings.leaving")} hint={t("settings.leavingHint")}>
      <div className="flex flex-wrap gap-3">
        <Button onClick={() => void logout()}>{t("settings.logout")}</Button>
        <Button look="danger" onClick={() => void logoutEverywhere().catch(setError)}>
          {t("settings.logoutEverywhere")}
        </Button>
      </div>
      {error ? (
        <p role="alert" className="text-sm text-danger-ink">
          {text(error)}
        </p>
      ) : null}
    </Section>
  );
}
