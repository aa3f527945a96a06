"""The questions of a personalization: what a body may say, and how it is stored."""

from collections.abc import Iterator
from typing import Any

from marketsim.etsy.inventory_body import price_minor
from marketsim.etsy.refusals import Problem, bad, misshapen
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.money import money

TYPES = ("text_input", "dropdown", "unlabeled_upload", "labeled_upload")
QUESTIONS_MAX = 5
QUESTION_CHARS_MAX = 45
LABEL_CHARS_MAX = {"dropdown": 20, "labeled_upload": 45}


def checked_questions(shop: Shop, body: Any, *, several: bool) -> list[dict[str, Any]]:
    """The questions as the API shows them.

    Raises:
        Refusal: their shape or a rule is wrong; several need to be announced by the caller.
    """
    problems = list(_problems(body))
    if problems:
        raise misshapen(problems, listed=shop.strikes("listed_errors"))
    questions = body["personalization_questions"]
    plain = all(question["question_type"] == "text_input" for question in questions)
    if not several and (len(questions) > 1 or not plain):
        raise bad("Only one text_input question; see supports_multiple_personalization_questions")
    if len(questions) > QUESTIONS_MAX:
        raise bad(f"At most {QUESTIONS_MAX} personalization questions")
    return [_question(shop, question) for question in questions]


def _problems(body: Any) -> Iterator[Problem]:
    questions = body.get("personalization_questions") if isinstance(body, dict) else None
    if not isinstance(questions, list):
        yield Problem("personalization_questions", "must be a list", "required")
        return
    for index, question in enumerate(questions):
        at = f"personalization_questions.{index}"
        if not isinstance(question, dict):
            yield Problem(at, "must be an object", "type")
            continue
        text = question.get("question_text")
        if not isinstance(text, str) or not 0 < len(text) <= QUESTION_CHARS_MAX:
            yield Problem(f"{at}.question_text", f"must have 1 to {QUESTION_CHARS_MAX} characters")
        if question.get("question_type") not in TYPES:
            yield Problem(f"{at}.question_type", f"must be one of {', '.join(TYPES)}")
        if not isinstance(question.get("required"), bool):
            yield Problem(f"{at}.required", "must be a boolean", "required")
        if not isinstance(question.get("options"), list | None):
            yield Problem(f"{at}.options", "must be a list", "type")


def _question(shop: Shop, question: dict[str, Any]) -> dict[str, Any]:
    kind = question["question_type"]
    if kind == "dropdown" and question.get("instructions"):
        raise bad("A dropdown question has no instructions")
    price = question.get("add_on_price")
    if price is not None and (kind != "text_input" or question["required"]):
        raise bad("Only an optional text_input question has an add_on_price")
    return {
        "question_id": shop.store.new_id("other"),
        "question_text": question["question_text"],
        "instructions": question.get("instructions"),
        "question_type": kind,
        "required": question["required"],
        "max_allowed_characters": question.get("max_allowed_characters"),
        "max_allowed_files": question.get("max_allowed_files"),
        "add_on_price": None if price is None else money(price_minor(price)),
        "options": _options(shop, kind, question.get("options")),
    }


def _options(shop: Shop, kind: str, options: Any) -> list[dict[str, Any]] | None:
    if kind not in LABEL_CHARS_MAX:
        return None
    labels = [option.get("label") for option in options or () if isinstance(option, dict)]
    if not labels:
        raise bad(f"A {kind} question needs options")
    for label in labels:
        if not isinstance(label, str) or not 0 < len(label) <= LABEL_CHARS_MAX[kind]:
            raise bad(f"An option's label has 1 to {LABEL_CHARS_MAX[kind]} characters")
    return [{"option_id": shop.store.new_id("other"), "label": label} for label in labels]
