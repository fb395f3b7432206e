"""What every answer of the console says to the browser: what a page may load, and who may show or keep it.

Source: the header set of the OWASP Secure Headers project.
"""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NEVER_USED = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "screen-wake-lock", "serial", "usb", "web-share", "xr-spatial-tracking",
)  # fmt: skip

SECURE_HEADERS = (
    (b"cache-control", b"no-store, max-age=0"),
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"cross-origin-embedder-policy", b"require-corp"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{feature}=()" for feature in _NEVER_USED).encode()),
    (b"referrer-policy", b"same-origin"),  # with no-referrer, forms would come from the origin "null"
    (b"x-content-type-options", b"nosniff"),
    (b"x-dns-prefetch-control", b"off"),
    (b"x-frame-options", b"DENY"),
    (b"x-permitted-cross-domain-policies", b"none"),
)
OVER_HTTPS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")

KEPT_FOR_GOOD = "public, max-age=31536000, immutable"
"""What a file's answer says of caching, where another version has another address."""

FORGET = {"Clear-Site-Data": '"cache"'}
"""What the answer to signing out says: what the browser has kept of pages is gone."""

KEEPS_TOKEN = {"Referrer-Policy": "strict-origin"}
"""Where the address holds a secret: no more than its site is told where one goes on from it."""
