"""Access tokens: JWTs that gateways verify by themselves (docs/tokens.md)."""

import time
from uuid import uuid4

import jwt
from django.conf import settings

from userservice.keys import ACCESS_SECONDS, signer
from userservice.models import Session, User

AUDIENCE = "warren"
TYPE = "at+jwt"


def access_token(*, user: User, session: Session) -> str:
    """Good for `ACCESS_SECONDS`. `sub` and `sid` are the user's and the session's id (RFC 9068 names the rest)."""
    key = signer()
    now = int(time.time())
    claims = {
        "iss": settings.PUBLIC_URL,
        "aud": AUDIENCE,
        "exp": now + ACCESS_SECONDS,
        "iat": now,
        "sub": str(user.id),
        "jti": uuid4().hex,
        "sid": str(session.id),
        "staff": user.is_staff,
    }
    return jwt.encode(claims, key.private, algorithm="EdDSA", headers={"typ": TYPE, "kid": key.kid})
