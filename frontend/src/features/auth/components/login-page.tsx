import { useTranslation } from "react-i18next";
import { Link, useSearch } from "wouter";
import { useStore } from "@/app/store";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { AuthFrame, Notice } from "@/features/auth/components/auth-frame";
import { useAuthForm } from "@/features/auth/components/use-auth-form";
import { login } from "@/features/auth/session";
import { useErrorText } from "@/lib/error-text";

export default function LoginPage() {
  const { t } = useTranslation();
  const text = useErrorText();
  const search = useSearch();
  const ended = useStore((store) => store.phase === "ended");
  const { busy, error, submit } = useAuthForm((fields) =>
    login({ username: String(fields.get("username")), password: String(fields.get("password")) }),
  );
  const footer = (
    <>
      {t("login.newHere")}{" "}
      <Link href={`/register${search && `?${search}`}`} className="font-medium text-accent-ink underline">
        {t("login.toRegister")}
      </Link>
    </>
  );
  return (
    <AuthFrame title={t("login.title")} footer={footer}>
      {ended && !error && <Notice tone="warn">{t("login.ended")}</Notice>}
      {error ? <Notice tone="danger">{text(error)}</Notice> : null}
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t("account.username")}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          autoFocus
        />
        <Field
          label={t("account.password")}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        <Button type="submit" look="primary" size="lg" disabled={busy}>
          {busy ? t("login.busy") : t("login.submit")}
        </Button>
      </form>
    </AuthFrame>
  );
}
