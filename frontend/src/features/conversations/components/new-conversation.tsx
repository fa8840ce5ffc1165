import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { createGroup, openDirect } from "@/features/conversations/api";
import { PeoplePicker } from "@/features/people/components/people-picker";
import { useErrorText } from "@/lib/error-text";
import type { User } from "@/lib/frames";
import { uuid } from "@/lib/ids";

/** One person chosen: a direct conversation; several, or one with a title: a group. */
export default function NewConversation({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [title, setTitle] = useState("");
  const [clientId] = useState(uuid);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const group = chosen.length > 1 || title.trim() !== "";
  const ready = chosen.length > 0;

  const toggle = ({ id }: User) =>
    setChosen((ids) => (ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]));

  const create = async () => {
    setBusy(true);
    setError(null);
    try {
      const made = group
        ? await createGroup(title.trim() || null, [...chosen], clientId)
        : await openDirect(chosen[0] ?? "");
      onClose();
      navigate(`/c/${made.id}`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <Dialog title={t("newConversation.title")} description={t("newConversation.hint")} onClose={onClose}>
      <PeoplePicker chosen={chosen} onToggle={toggle} />
      <form
        className="flex flex-col gap-3 border-t border-line p-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void create();
        }}
      >
        {chosen.length > 0 && (
          <Field
            label={t(chosen.length > 1 ? "newConversation.groupTitle" : "newConversation.titleMakesGroup")}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
            maxLength={120}
          />
        )}
        {error ? (
          <p role="alert" className="text-sm text-danger-ink">
            {text(error)}
          </p>
        ) : null}
        <Button type="submit" look="primary" disabled={!ready || busy}>
          {t(group ? "newConversation.createGroup" : "newConversation.start")}
        </Button>
      </form>
    </Dialog>
  );
}
