import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, read } from "@/app/runtime";
import { Button } from "@/components/ui/button";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { Ago } from "@/components/ui/time-text";
import { Section } from "@/features/settings/components/section";
import { deviceName } from "@/features/settings/device";
import { useErrorText } from "@/lib/error-text";
import type { DeviceSession } from "@/lib/frames";
import { useLoaded } from "@/lib/use-loaded";

/** Where one is logged in, and the way to end each. */
export function Sessions() {
  const { t } = useTranslation();
  const text = useErrorText();
  const [failure, setFailure] = useState<unknown>(null);
  const { data, error, reload } = useLoaded("sessions", () => read("session.list", {}));
  const revoke = (id: string) => call("session.revoke", { session_id: id }).then(reload, setFailure);
  return (
    <Section title={t("settings.sessions")} hint={t("settings.sessionsHint")}>
      {error ? <ErrorState error={error} retry={reload} /> : !data && <Skeleton rows={2} avatar={false} />}
      <ul className="flex flex-col">
        {data?.sessions.map((session) => (
          <Line key={session.id} session={session} onRevoke={() => void revoke(session.id)} />
        ))}
      </ul>
      {failure ? (
        <p role="alert" className="text-sm text-danger-ink">
          {text(failure)}
        </p>
      ) : null}
    </Section>
  );
}

function Line({ session, onRevoke }: { session: DeviceSession; onRevoke: () => void }) {
  const { t } = useTranslation();
  const name = deviceName(session.device) ?? t("settings.unknownDevice");
  return (
    <li className="flex items-center gap-3 border-t border-line py-3 last:border-b">
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-medium" title={session.device}>
          {name}
        </p>
        <p className="text-xs text-muted">
          {session.address} · {session.current ? t("settings.thisSession") : t("settings.lastUsed")}{" "}
          {!session.current && <Ago at={session.last_used_at} />}
        </p>
      </div>
      {!session.current && (
        <Button size="sm" aria-label={t("settings.endSessionOf", { device: name })} onClick={onRevoke}>
          {t("settings.endSession")}
        </Button>
      )}
    </li>
  );
}
