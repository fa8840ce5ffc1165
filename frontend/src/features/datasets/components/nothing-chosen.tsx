import { Table2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/ui/states";

export function NothingChosen() {
  const { t } = useTranslation();
  return <EmptyState icon={<Table2 size={20} />} sentence={t("data.choose")} />;
}
