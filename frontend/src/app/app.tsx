import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { useStore } from "@/app/store";
import { Logo } from "@/components/ui/logo";
import { ErrorState } from "@/components/ui/states";
import { useNextPlace } from "@/features/auth/components/use-auth-form";
import { WarrenError } from "@/lib/errors";

const Shell = lazy(() => import("@/app/shell"));
const LoginPage = lazy(() => import("@/features/auth/components/login-page"));
const RegisterPage = lazy(() => import("@/features/auth/components/register-page"));

export function App() {
  const phase = useStore((store) => store.phase);
  if (phase === "starting") return <Starting />;
  if (phase === "refused") return <ErrorState error={new WarrenError("wrong_address", "")} />;
  return <Suspense>{phase === "in" ? <Inside /> : <Outside />}</Suspense>;
}

/** Seen only where the server takes its time. */
function Starting() {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      className="appear-late flex h-full flex-col items-center justify-center gap-4 text-muted"
    >
      <Logo size={36} />
      {t("connection.connecting")}
    </div>
  );
}

/** The login page remembers in its address where one wanted to go. */
function Outside() {
  const [path] = useLocation();
  const here = path + location.search;
  const next = path === "/" ? "" : `?next=${encodeURIComponent(here)}`;
  return (
    <Switch>
      <Route path="/login" component={LoginPage} />
      <Route path="/register" component={RegisterPage} />
      <Route>
        <Redirect to={`/login${next}`} replace />
      </Route>
    </Switch>
  );
}

function Inside() {
  const [path, navigate] = useLocation();
  const next = useNextPlace();
  const outside = path === "/login" || path === "/register";
  useEffect(() => {
    if (outside) navigate(next, { replace: true });
  }, [outside, next, navigate]);
  return outside ? null : <Shell />;
}
