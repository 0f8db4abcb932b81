"""Licences of all spellings."""

import pytest

from catalog.licences import Licence, normalised


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("http://creativecommons.org/licenses/by/4.0/deed.en_US", "CC BY 4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/3.0", "CC BY-NC-SA 3.0"),
        ("HTTP://WWW.CREATIVECOMMONS.ORG/LICENSES/BY-ND/2.5/CA/", "CC BY-ND 2.5 CA"),
        ("creativecommons.org/licenses/by-sa/4.0/legalcode", "CC BY-SA 4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0 1.0"),
        ("http://creativecommons.org/publicdomain/mark/1.0/", "Public Domain Mark 1.0"),
        ("CC_BY_NC_4_0", "CC BY-NC 4.0"),
        ("CC0_1_0", "CC0 1.0"),
        ("CC0", "CC0 1.0"),
        ("cc-by-nc-nd", "CC BY-NC-ND"),
        ("CC BY 4.0", "CC BY 4.0"),
        ("PD", "Public domain"),
        ("© All rights reserved", "All rights reserved"),
        ("All Rights Reserved", "All rights reserved"),
        ("UNSPECIFIED", ""),
        ("", ""),
        ("Usable for teaching", "Usable for teaching"),
    ],
)
def test_spellings_of_one_licence_are_one(text, name):
    assert normalised(text).name == name


def test_an_address_is_kept_and_a_code_without_a_version_has_none():
    assert normalised("cc-by").url == ""
    by = normalised("CC-BY", version="4.0")
    assert by == Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
    assert normalised(by.url) == normalised(by.name) == by
    own = normalised("See http://fieldmuseum.org/about/copyright-information.")
    assert own.url == "http://fieldmuseum.org/about/copyright-information"


def test_other_terms_on_creative_commons_pages_are_not_renamed():
    text = "http://creativecommons.org/licenses/sampling/1.0/"
    assert normalised(text) == Licence(text, text)


def test_long_texts_fit_their_columns():
    licence = normalised("http://example.org/" + "x" * 900)
    assert len(licence.name) == 200 and licence.url == ""
