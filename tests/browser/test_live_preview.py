"""With JavaScript, the preview of an article follows what is typed."""

from tests.browser.driving import axe, sign_in


def test_the_preview_follows_and_the_caret_stays_where_it_is(browse, site):
    page = browse(js=True, width=1280)
    sign_in(page, site)
    page.goto("/manage/articles/1/edit")
    text = page.locator("[name=body]")
    text.press("Control+End")

    text.press_sequentially("\n\nIt follows **at once**.")

    page.wait_for_selector("#preview strong:has-text('at once')")
    assert page.evaluate("document.activeElement.id") == "body"
    assert page.evaluate("document.activeElement.selectionEnd == document.activeElement.value.length")
    assert "follows what you type" in page.inner_text("#preview-said")
    assert axe(page) == []
    page.reload()
    assert "at once" not in page.input_value("[name=body]")
