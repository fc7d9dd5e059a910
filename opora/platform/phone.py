"""Phone numbers: any spelling in, E.164 out."""

import phonenumbers

REGION = "RU"


def normalised(text: str) -> str | None:
    """The number in E.164, or None when the text is not a whole phone number.

    Understands 8 (918) 123-45-67, +7918…, 79181234567, 9181234567.
    """
    digits = "".join(filter(str.isdigit, text))
    if not 5 <= len(digits) <= 15:
        return None
    if "+" not in text and len(digits) == 11 and digits[0] in "78":
        text = "+7" + digits[1:]
    elif "+" not in text and len(digits) == 10:
        text = "+7" + digits
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None  # too short or long, or without its area code
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown(number: str) -> str:
    """The number as people read it: 8 (918) 123-45-67 for Russian ones."""
    try:
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == 7
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
