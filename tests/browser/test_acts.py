"""What the pages do in a real browser: by keyboard, by dropping, while work goes on."""

from playwright.sync_api import Browser, expect

from tests.browser.browsing import WIDTHS, visiting


def test_somebody_with_a_keyboard_skips_the_menu_and_asks_before_leaving(
    browser: Browser, stage: str
) -> None:
    with visiting(browser, stage, reduced_motion="reduce") as visit:
        visit.go("/portal")
        keys = visit.page.keyboard
        keys.press("Tab")
        expect(visit.page.locator(":focus")).to_have_text("Skip to the content")
        assert visit.page.locator(":focus").bounding_box()["y"] >= 0
        keys.press("Enter")
        expect(visit.page.locator("main")).to_be_focused()
        back = visit.page.get_by_role("button", name="Take my yes back").first
        back.focus()
        keys.press("Enter")
        dialog = visit.page.get_by_role("dialog", name="Take your yes back?")
        expect(dialog).to_be_visible()
        assert visit.axe() == []
        keys.press("Escape")
        expect(dialog).to_be_hidden()
        expect(back).to_be_focused()
        assert visit.found_wrong() == []


def test_the_menu_of_a_phone_opens_and_closes_and_a_message_stays_until_it_is_closed(
    browser: Browser, stage: str
) -> None:
    with visiting(browser, stage, size=WIDTHS["phone"], reduced_motion="reduce") as visit:
        visit.go("/overview")
        menu = visit.page.locator("details.menu")
        visit.page.get_by_text("Menu", exact=True).click()
        expect(menu.get_by_role("link", name="Overview")).to_have_attribute("aria-current", "page")
        visit.page.keyboard.press("Escape")
        expect(menu.get_by_role("link", name="Overview")).to_be_hidden()
        visit.page.get_by_role("button", name="Close this message").click()
        expect(visit.page.locator(".toast")).to_have_count(0)
        assert visit.found_wrong() == []


def test_a_photo_is_dropped_and_shown_before_it_is_sent(browser: Browser, stage: str) -> None:
    with visiting(browser, stage, reduced_motion="reduce") as visit:
        visit.go("/search")
        expect(visit.page.get_by_role("alert").filter(has_text="2 things")).to_be_focused()
        visit.page.evaluate(
            """() => {
              const files = new DataTransfer();
              const drawn = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>';
              files.items.add(new File([drawn], "one.svg", {type: "image/svg+xml"}));
              files.items.add(new File([drawn], "two.svg", {type: "image/svg+xml"}));
              document.querySelector("[data-drop]").dispatchEvent(
                new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: files}));
            }"""
        )
        expect(visit.page.locator("[data-chosen] li")).to_have_count(1)
        expect(visit.page.locator("[data-chosen]")).to_contain_text("one.svg")
        assert visit.page.evaluate("document.querySelector('[data-drop] input').files.length") == 1
        assert visit.found_wrong() == []


def test_a_running_source_renews_itself(browser: Browser, stage: str) -> None:
    with visiting(browser, stage, reduced_motion="reduce") as visit:
        visit.go("/sources")
        visit.page.evaluate("document.querySelector('#sources').dataset.old = 'yes'")
        with visit.page.expect_response("**/console/sources/live*"):
            pass
        expect(visit.page.locator("#sources[data-old]")).to_have_count(0)
        expect(visit.page.locator("#sources progress")).to_have_count(2)
        assert visit.found_wrong() == []


def test_boxes_are_shown_and_hidden(browser: Browser, stage: str) -> None:
    with visiting(browser, stage, reduced_motion="reduce") as visit:
        visit.go("/search-face")
        boxes = visit.page.locator(".canvas svg")
        expect(boxes).to_be_visible()
        visit.page.get_by_role("switch", name="Show the boxes of faces").press("Space")
        expect(boxes).to_be_hidden()
        assert visit.found_wrong() == []


def test_everything_is_there_without_a_script(browser: Browser, stage: str) -> None:
    with visiting(browser, stage, java_script_enabled=False) as visit:
        visit.go("/search")
        field = visit.page.locator("input[type=file]")
        field.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"x"})
        expect(visit.page.get_by_role("button", name="Find the faces")).to_be_enabled()
        assert visit.wrong == []


def test_a_script_or_style_that_was_slipped_in_is_stopped_and_told(
    browser: Browser, stage: str
) -> None:
    """The collector of reports itself: without it every test above would pass in silence."""
    with visiting(browser, stage) as visit:
        visit.go("/sign-in")
        visit.page.evaluate(
            """() => {
              const bad = document.createElement("p");
              bad.setAttribute("style", "color: red");
              document.body.append(bad);
              const script = document.createElement("script");
              try { script.text = "window.ran = true" } catch { window.typed = true }
              document.body.append(script);
            }"""
        )
        assert visit.page.evaluate("[window.ran, window.typed]") == [None, True]
        told = "\n".join(visit.found_wrong())
        assert "style-src" in told
        assert "require-trusted-types-for" in told
