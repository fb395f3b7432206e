"""Users: the people who use the console, and for which businesses.

Pure. What opens anything (a password, a passkey, a link) is not here.
"""

from core.errors import NotAllowed
from core.fields import BusinessName, Document, Instant, KeyName
from core.rights import Need, Role, is_enough


class Grant(Document):
    """A role for one business; `business` is None for every business and the installation itself."""

    business: BusinessName | None = None
    role: Role


class User(Document):
    """Somebody who may sign in, unless `disabled_at` is set. There is one grant a business at most.

    `email`, in lower case, is what an OpenID Connect provider knows the user by.
    """

    name: KeyName
    email: str | None = None
    grants: tuple[Grant, ...] = ()
    created_at: Instant
    disabled_at: Instant | None = None
    has_password: bool = False

    @property
    def is_administrator(self) -> bool:
        """Whether the user is for every business, and for the installation itself."""
        return self.role_for(None) is not None

    def is_for(self, business: str) -> bool:
        """Whether the user has any role for this business; of others they are told nothing, not even of existence."""
        return self.role_for(business) is not None

    def role_for(self, business: str | None) -> Role | None:
        """Return the user's role for a business, or for all of them and the installation (None); None without one."""
        roles = {grant.role for grant in self.grants if grant.business in (None, business)}
        return Role.SEND if Role.SEND in roles else next(iter(roles), None)

    def require(self, need: Need, business: str | None = None) -> None:
        """Let the user do this for the business; without one it is about all of them, and the installation.

        Errors: NotAllowed, saying what is needed.
        """
        of_one = business if need in (Need.READ, Need.SEND) else None
        if not is_enough(self.role_for(of_one), need, everywhere=self.is_administrator):
            wanted = "a role" if need in (Need.READ, Need.OVERSEE) else "the role send"
            where = f"for the business {of_one}" if of_one else "as an administrator"
            raise NotAllowed(
                f'The user "{self.name}" may not do this: it needs {wanted} {where}.',
                hint="Ask an administrator for it (kvitt user grant).",
            )
