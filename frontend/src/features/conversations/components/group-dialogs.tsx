import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { addMembers, rename } from "@/features/conversations/api";
import { PeoplePicker } from "@/features/people/components/people-picker";
import { useErrorText } from "@/lib/error-text";
import type { Conversation, Member } from "@/lib/frames";

interface ActionProps {
  action: string;
  look?: "primary" | "danger";
  enabled: boolean;
  run: () => Promise<unknown>;
  onDone: () => void;
  children?: ReactNode;
}

/** The foot of a dialog: runs what it is for, closes when that worked, says what went wrong when not. */
function ActionForm({ action, look = "primary", enabled, run, onDone, children }: ActionProps) {
  const text = useErrorText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || !enabled) return;
    setBusy(true);
    setError(null);
    run().then(onDone, (failure: unknown) => {
      setError(failure);
      setBusy(false);
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 border-t border-line p-4 first:border-t-0">
      {children}
      {error ? (
        <p role="alert" className="text-sm text-danger-ink">
          {text(error)}
        </p>
      ) : null}
      <Button type="submit" look={look} disabled={busy || !enabled}>
        {action}
      </Button>
    </form>
  );
}

export function RenameGroup({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { t } = useTranslation();
  const [title, setTitle] = useState(conversation.title ?? "");
  const run = () => rename(conversation.id, title.trim());
  return (
    <Dialog title={t("group.rename")} onClose={onClose}>
      <ActionForm action={t("common.save")} enabled={title.trim() !== ""} run={run} onDone={onClose}>
        <Field
          label={t("group.title")}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          maxLength={120}
        />
      </ActionForm>
    </Dialog>
  );
}

interface AddProps {
  conversation: Conversation;
  members: readonly Member[];
  onClose: () => void;
}

export function AddMembers({ conversation, members, onClose }: AddProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const toggle = ({ id }: { id: string }) =>
    setChosen((ids) => (ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]));
  const run = () => addMembers(conversation.id, [...chosen]);
  return (
    <Dialog title={t("group.addTitle")} onClose={onClose}>
      <PeoplePicker
        chosen={chosen}
        onToggle={toggle}
        without={new Set(members.map((member) => member.user_id))}
      />
      <ActionForm action={t("group.addAction")} enabled={chosen.length > 0} run={run} onDone={onClose} />
    </Dialog>
  );
}

interface ConfirmProps {
  title: string;
  body: string;
  action: string;
  run: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something that others notice. */
export function Confirm({ title, body, action, run, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <ActionForm action={action} look="danger" enabled run={run} onDone={onClose}>
        <p className="text-sm text-muted">{body}</p>
      </ActionForm>
    </Dialog>
  );
}
