"""The same protective headers on every kind of answer: pages, errors, redirects, static files, feeds."""

from flask import Flask, Response, current_app, request

PUBLIC_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MANAGE_CSP = f"{PUBLIC_CSP}; script-src 'self'; connect-src 'self'"

BUILT = "/static/build/"  # names there carry a hash of the content, so what they name never changes
FOR_EVER = "public, max-age=31536000, immutable"

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # no-referrer would break Flask-WTF's check of forms under https
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}


def install(app: Flask) -> None:
    app.after_request(protect)


def of_public() -> dict[str, str]:
    """What protects a public answer."""
    headers = {**ALWAYS, "Content-Security-Policy": PUBLIC_CSP}
    if current_app.config["PREFERRED_URL_SCHEME"] == "https":
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return headers


def protect(response: Response) -> Response:
    managed = f"{request.path}/".startswith("/manage/")
    for name, value in of_public().items():
        response.headers.setdefault(name, value)
    response.headers["Content-Security-Policy"] = MANAGE_CSP if managed else PUBLIC_CSP
    if managed or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    elif request.path.startswith(BUILT):
        response.headers["Cache-Control"] = FOR_EVER
    return response


def never_stored(response: Response) -> Response:
    """For pages that show or are reached by a secret: token pages, thank-you, forms with errors."""
    response.headers["Cache-Control"] = "no-store"
    return response
