import { Images, MessagesSquare, Table2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useChat } from "@/app/store";
import { Avatar } from "@/components/ui/avatar";
import { Logo } from "@/components/ui/logo";
import { totalUnread } from "@/features/conversations/state";
import { classes } from "@/lib/classes";

export type Place = "chat" | "jobs" | "data" | "settings";

/** On phones at the bottom, and not beside an open conversation. */
export function Rail({ hidden, place }: { hidden: boolean; place: Place }) {
  const { t } = useTranslation();
  const me = useChat((chat) => chat.me);
  const unread = useChat((chat) => totalUnread(chat.conversations));
  return (
    <nav
      aria-label={t("rail.label")}
      className={classes(
        "flex shrink-0 items-center justify-around bg-rail py-1 pb-[max(4px,env(safe-area-inset-bottom))] text-rail-ink sm:w-16 sm:flex-col sm:justify-start sm:gap-2 sm:py-3",
        hidden && "hidden sm:flex",
      )}
    >
      <span className="hidden pb-2 sm:block">
        <Logo size={36} />
      </span>
      <RailLink href="/" label={t("rail.chat")} active={place === "chat"} badge={unread}>
        <MessagesSquare size={20} aria-hidden />
      </RailLink>
      <RailLink href="/jobs" label={t("rail.jobs")} active={place === "jobs"}>
        <Images size={20} aria-hidden />
      </RailLink>
      <RailLink href="/data" label={t("rail.data")} active={place === "data"}>
        <Table2 size={20} aria-hidden />
      </RailLink>
      <span className="hidden flex-1 sm:block" />
      <RailLink href="/settings" label={t("rail.me")} active={place === "settings"}>
        <Avatar id={me?.id ?? ""} name={me?.display_name ?? ""} size={28} />
      </RailLink>
    </nav>
  );
}

interface RailLinkProps {
  href: string;
  label: string;
  active: boolean;
  badge?: number;
  children: ReactNode;
}

function RailLink({ href, label, active, badge = 0, children }: RailLinkProps) {
  return (
    <Link
      href={href}
      aria-current={active ? "page" : undefined}
      className={classes(
        "relative flex h-12 w-18 flex-col items-center justify-center gap-0.5 rounded-md text-xs font-medium sm:w-14",
        active ? "bg-rail-active text-white" : "hover:bg-rail-active",
      )}
    >
      {children}
      {label}
      {badge > 0 && (
        <span aria-hidden className="absolute top-1 right-5 size-2 rounded-full bg-[#7fe0d6] sm:right-2" />
      )}
    </Link>
  );
}
