import { Table2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useStore } from "@/app/store";
import { EmptyState } from "@/components/ui/states";
import { ImportLink } from "@/features/datasets/components/import-link";

export function NothingChosen() {
  const { t } = useTranslation();
  const some = useStore(({ chat }) => Object.keys(chat.datasets.byId).length > 0);
  return (
    <EmptyState
      icon={<Table2 size={20} />}
      sentence={t(some ? "data.choose" : "data.empty")}
      action={some ? undefined : <ImportLink />}
    />
  );
}
