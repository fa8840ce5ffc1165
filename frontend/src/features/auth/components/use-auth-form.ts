import { type FormEvent, useState } from "react";
import { useSearchParams } from "wouter";
import { enter } from "@/app/runtime";
import type { User } from "@/lib/frames";

/** Where to go after the login: a place on this page, never another site. */
export function useNextPlace(): string {
  const [search] = useSearchParams();
  const next = search.get("next") ?? "/";
  return next.startsWith("/") && !next.startsWith("//") ? next : "/";
}

interface AuthForm {
  busy: boolean;
  error: unknown;
  submit: (event: FormEvent<HTMLFormElement>) => void;
}

/** Runs `ask` with the form's fields; one request at a time; the fields keep what was typed when it fails. */
export function useAuthForm(ask: (fields: FormData) => Promise<User>): AuthForm {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    ask(new FormData(event.currentTarget)).then(enter, (failure: unknown) => {
      setError(failure);
      setBusy(false);
    });
  };
  return { busy, error, submit };
}
