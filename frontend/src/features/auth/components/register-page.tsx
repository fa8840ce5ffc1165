import { useTranslation } from "react-i18next";
import { Link, useSearch } from "wouter";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { AuthFrame, Notice } from "@/features/auth/components/auth-frame";
import { useAuthForm } from "@/features/auth/components/use-auth-form";
import { register } from "@/features/auth/session";
import { useErrorText } from "@/lib/error-text";
import { asWarrenError } from "@/lib/errors";

/** The form of a user name in contracts/base.py, for the browser's own check. */
const USERNAME = "[A-Za-z0-9](?:[A-Za-z0-9._\\-]*[A-Za-z0-9])?";

const optional = (value: FormDataEntryValue | null): string | null => String(value ?? "").trim() || null;

export default function RegisterPage() {
  const { t } = useTranslation();
  const text = useErrorText();
  const search = useSearch();
  const { busy, error, submit } = useAuthForm((fields) =>
    register({
      username: String(fields.get("username")),
      password: String(fields.get("password")),
      display_name: optional(fields.get("display_name")),
    }),
  );
  const code = error ? asWarrenError(error).code : "";
  const ofField = { username_taken: "username", weak_password: "password" }[code];
  const footer = (
    <>
      {t("register.knowUs")}{" "}
      <Link href={`/login${search && `?${search}`}`} className="font-medium text-accent-ink underline">
        {t("register.toLogin")}
      </Link>
    </>
  );
  return (
    <AuthFrame title={t("register.title")} footer={footer}>
      {error && !ofField ? <Notice tone="danger">{text(error)}</Notice> : null}
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t("account.username")}
          hint={t("register.usernameHint")}
          error={ofField === "username" ? text(error) : null}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          pattern={USERNAME}
          minLength={2}
          maxLength={32}
          required
          autoFocus
        />
        <Field
          label={t("account.displayName")}
          hint={t("register.displayNameHint")}
          name="display_name"
          autoComplete="name"
          maxLength={64}
        />
        <Field
          label={t("account.password")}
          hint={t("register.passwordHint")}
          error={ofField === "password" ? text(error) : null}
          name="password"
          type="password"
          autoComplete="new-password"
          maxLength={256}
          required
        />
        <Button type="submit" look="primary" size="lg" disabled={busy}>
          {busy ? t("register.busy") : t("register.submit")}
        </Button>
      </form>
    </AuthFrame>
  );
}
