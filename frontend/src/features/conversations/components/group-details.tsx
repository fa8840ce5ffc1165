import { Pencil, UserMinus, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useMe } from "@/app/store";
import { Avatar } from "@/components/ui/avatar";
import { Button, IconButton } from "@/components/ui/button";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { allMembers, removeMember } from "@/features/conversations/api";
import { AddMembers, Confirm, RenameGroup } from "@/features/conversations/components/group-dialogs";
import { useNameOf } from "@/features/people/names";
import type { Conversation, Member } from "@/lib/frames";
import { useLoaded } from "@/lib/use-loaded";

type Asking = { what: "rename" | "add" | "leave" } | { what: "remove"; userId: string } | null;

interface Props {
  conversation: Conversation;
  title: string;
  onLeft: () => void;
}

/** Members of a group and what one may do with it. Loads the members anew whenever the group changes. */
export function GroupDetails({ conversation, title, onLeft }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const nameOf = useNameOf();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState<Asking>(null);
  const {
    data: members,
    error,
    reload,
  } = useLoaded(`${conversation.id}:${conversation.rev}`, () => allMembers(conversation.id));
  const owner = members?.some((member) => member.user_id === me && member.role === "owner") ?? false;
  const close = () => setAsking(null);
  const leave = async () => {
    await removeMember(conversation.id, me);
    onLeft();
    navigate("/");
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 p-4">
        <p className="min-w-0 flex-1 text-base font-semibold wrap-anywhere">{title}</p>
        <IconButton label={t("group.rename")} onClick={() => setAsking({ what: "rename" })}>
          <Pencil size={16} />
        </IconButton>
      </div>
      <div className="flex items-center gap-2 border-t border-line px-4 pt-3">
        <h3 className="flex-1 text-sm font-medium text-muted">
          {t("conversation.memberCount", { count: conversation.member_count })}
        </h3>
        <Button size="sm" onClick={() => setAsking({ what: "add" })}>
          <UserPlus size={16} aria-hidden /> {t("group.add")}
        </Button>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-2">
        {error ? <ErrorState error={error} retry={reload} /> : !members && <Skeleton rows={4} />}
        <ul aria-label={t("group.members")}>
          {members?.map((member) => (
            <MemberLine
              key={member.user_id}
              member={member}
              name={nameOf(member.user_id)}
              mine={member.user_id === me}
              removable={owner && member.user_id !== me}
              onRemove={() => setAsking({ what: "remove", userId: member.user_id })}
            />
          ))}
        </ul>
      </div>
      <div className="border-t border-line p-4">
        <Button look="danger" className="w-full" onClick={() => setAsking({ what: "leave" })}>
          {t("group.leave")}
        </Button>
      </div>
      {asking?.what === "rename" && <RenameGroup conversation={conversation} onClose={close} />}
      {asking?.what === "add" && (
        <AddMembers conversation={conversation} members={members ?? []} onClose={close} />
      )}
      {asking?.what === "leave" && (
        <Confirm
          title={t("group.leaveTitle", { title })}
          body={t("group.leaveBody")}
          action={t("group.leave")}
          run={leave}
          onClose={close}
        />
      )}
      {asking?.what === "remove" && (
        <Confirm
          title={t("group.removeTitle", { name: nameOf(asking.userId) })}
          body={t("group.removeBody")}
          action={t("group.remove")}
          run={() => removeMember(conversation.id, asking.userId)}
          onClose={close}
        />
      )}
    </div>
  );
}

interface LineProps {
  member: Member;
  name: string;
  mine: boolean;
  removable: boolean;
  onRemove: () => void;
}

function MemberLine({ member, name, mine, removable, onRemove }: LineProps) {
  const { t } = useTranslation();
  return (
    <li className="flex min-h-11 items-center gap-3 rounded-sm px-2">
      <Avatar id={member.user_id} name={name} size={28} />
      <span className="min-w-0 flex-1 truncate text-sm">
        {name} {mine && <span className="text-muted">{t("group.you")}</span>}
      </span>
      {member.role === "owner" && <span className="text-xs text-muted">{t("group.owner")}</span>}
      {removable && (
        <IconButton label={t("group.removeName", { name })} onClick={onRemove} className="size-7">
          <UserMinus size={16} />
        </IconButton>
      )}
    </li>
  );
}
