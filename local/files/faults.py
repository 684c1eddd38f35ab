"""What can go wrong at the simulated SFTP server, each a switch that a test or a demonstration turns."""

from dataclasses import dataclass


@dataclass(kw_only=True)
class Faults:
    resets: int = 0
    """So many times the connection is reset in the middle of a file."""
    resets_after: int = 0
    """… when so many bytes of it were asked for."""
    trickles: bool = False
    """A byte at a time, and slowly."""
    slow_listing: bool = False
    """A folder is listed without end in sight."""
    no_listing: bool = False
    """The user may not list folders."""
    no_reading: bool = False
    """The user may list files and not read them."""
    no_sftp: bool = False
    """The user is let in, and there is no SFTP."""
    signs_in_late: bool = False
    """The right key or password is refused, as while an account is locked."""
    hangs_up: bool = False
    """The connection is closed before anybody could sign in, as for an address that is not allowed."""
    grows: int = 0
    """So many bytes are written to a file while it is read."""
