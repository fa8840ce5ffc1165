import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useAct } from "@/features/jobs/components/use-act";

interface Props {
  title: string;
  text: string;
  action: string;
  run: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks once more before something that costs. */
export function Confirm({ title, text, action, run, onClose }: Props) {
  const { t } = useTranslation();
  const act = useAct();
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="flex flex-col gap-4 p-4">
        <p className="text-sm wrap-anywhere">{text}</p>
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {t("data.keep")}
          </Button>
          <Button look="danger" disabled={act.busy} onClick={() => act.run(run)}>
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
