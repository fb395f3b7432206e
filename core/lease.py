"""A worker's hold on a business."""

from core.fields import Document


class Lease(Document):
    """That `holder` works on `business`; `token` grows with every new holder."""

    business: str
    holder: str
    token: int
