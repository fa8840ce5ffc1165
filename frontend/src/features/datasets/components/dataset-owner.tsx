import { Pencil, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { deleteDataset, renameDataset } from "@/features/datasets/api";
import { Confirm } from "@/features/datasets/components/confirm";
import { useErrorText } from "@/lib/error-text";
import type { Dataset } from "@/lib/frames";

/** Characters of a name (contracts/dataset.py). */
export const MOST_NAME = 120;

/** What only its owner may do. */
export function DatasetOwner({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  const close = () => setOpen(null);
  const remove = async () => {
    await deleteDataset(dataset.id);
    navigate("/data");
  };
  const rows = t("data.rows", { count: dataset.rows });
  return (
    <div className="flex flex-wrap gap-2 border-t border-line pt-4">
      <Button size="sm" onClick={() => setOpen("rename")}>
        <Pencil size={16} aria-hidden /> {t("data.rename")}
      </Button>
      <Button size="sm" look="danger" onClick={() => setOpen("delete")}>
        <Trash2 size={16} aria-hidden /> {t("data.delete")}
      </Button>
      {open === "rename" && <Rename dataset={dataset} onClose={close} />}
      {open === "delete" && (
        <Confirm
          title={t("data.deleteTitle")}
          text={t("data.deleteText", { name: dataset.name, rows })}
          action={t("data.deleteReally")}
          run={remove}
          onClose={close}
        />
      )}
    </div>
  );
}

function Rename({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [name, setName] = useState(dataset.name);
  const [error, setError] = useState<unknown>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") renameDataset(dataset.id, name.trim()).then(onClose, setError);
  };
  return (
    <Dialog title={t("data.renameTitle")} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4 p-4">
        <Field
          label={t("data.name")}
          value={name}
          required
          maxLength={MOST_NAME}
          error={error ? errorText(error) : null}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" look="primary" className="self-end">
          {t("data.save")}
        </Button>
      </form>
    </Dialog>
  );
}
