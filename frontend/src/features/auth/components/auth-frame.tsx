import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "@/components/ui/logo";

/** The frame around login and register: the name of the place, one form, one way to the other page. */
export function AuthFrame({
  title,
  children,
  footer,
}: {
  title: string;
  children: ReactNode;
  footer: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <main className="flex h-full flex-col items-center overflow-y-auto bg-panel px-4 py-8">
      <div className="my-auto w-full max-w-96">
        <div className="mb-6 flex items-center justify-center gap-3">
          <Logo size={36} />
          <span className="text-lg font-semibold">{t("app.name")}</span>
        </div>
        <div className="rounded-md border border-line bg-raised p-6">
          <h1 className="mb-5 text-lg font-semibold">{title}</h1>
          {children}
        </div>
        <p className="mt-5 text-center text-sm text-muted">{footer}</p>
      </div>
    </main>
  );
}

export function Notice({ children, tone }: { children: ReactNode; tone: "danger" | "warn" }) {
  const look = tone === "danger" ? "bg-danger-soft text-danger-ink" : "bg-warn-soft text-warn-ink";
  return (
    <div role="alert" className={`mb-4 rounded-sm px-3 py-2 text-sm ${look}`}>
      {children}
    </div>
  );
}
