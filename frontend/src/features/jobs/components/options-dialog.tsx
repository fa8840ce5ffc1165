import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/ui/dialog";
import { SettingsForm } from "@/features/jobs/components/settings-form";

/** What "make pictures smaller" means, from the compose box. */
export default function OptionsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("settingsForm.title")} onClose={onClose}>
      <div className="overflow-y-auto p-4">
        <SettingsForm />
      </div>
    </Dialog>
  );
}
