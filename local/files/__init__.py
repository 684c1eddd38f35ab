"""A simulated SFTP server for exports of HR, with memory and faults; blobs are Azurite's."""

from local.files.faults import Faults
from local.files.server import SftpServer, User

__all__ = ["Faults", "SftpServer", "User"]
