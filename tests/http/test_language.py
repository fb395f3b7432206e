"""Accept-Language: sentences in the language that is asked for, everything else the same."""

from tests.http.documents import Api, add_invoice, problem_of

NORWEGIAN = {"Accept-Language": "nb-NO, en;q=0.5"}


def test_a_problem_is_told_in_the_language_that_is_asked_for(shared_fjell: Api) -> None:
    english = shared_fjell.get("/v1/businesses/nix")
    answer = shared_fjell.get("/v1/businesses/nix", headers=NORWEGIAN)

    problem = problem_of(answer, 404, "unknown_business")
    assert problem["detail"] == "Det finnes ingen virksomhet «nix»."
    assert problem["title"] == "Det finnes ikke"
    assert problem.keys() == english.json().keys()
    assert english.json()["detail"] == 'There is no business "nix".'
    assert (english.headers["content-language"], answer.headers["content-language"]) == ("en", "nb")
    assert english.headers["vary"] == answer.headers["vary"] == "Accept-Language"
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_one_is_told_so_without_a_key_and_without_a_route(shared_fjell: Api) -> None:
    without_key = shared_fjell.get("/v1/businesses", headers={**NORWEGIAN, "Authorization": ""})
    without_route = shared_fjell.get("/v1/nix", headers=NORWEGIAN)

    assert problem_of(without_key, 401, "not_authenticated")["detail"] == "API-nøkkelen godtas ikke."
    assert problem_of(without_route, 404, "unknown_path")["detail"] == "Det finnes ingenting på denne adressen."


def test_a_stored_story_is_read_in_either_language(fjell: Api) -> None:
    sent = fjell.post(f"{add_invoice(fjell)}/send").json()
    path = f"/v1/businesses/fjell/transfers/{sent['id']}"

    english, norwegian = fjell.get(path).json(), fjell.get(path, headers=NORWEGIAN).json()

    assert english["steps"][0]["text"] == "Attempt 1 began."
    assert norwegian["steps"][0]["text"] == "Forsøk 1 begynte."
    assert norwegian["state"] == english["state"] == "transferred"


def test_an_invoice_is_given_back_as_it_came(shared_fjell: Api) -> None:
    path = add_invoice(shared_fjell, "lang-1", comment="Try again.")

    assert shared_fjell.get(path, headers=NORWEGIAN).json()["comment"] == "Try again."


def test_a_language_that_kvitt_does_not_speak_is_english(shared_fjell: Api) -> None:
    answer = shared_fjell.get("/v1/businesses/nix", headers={"Accept-Language": "sv"})

    assert answer.json()["detail"] == 'There is no business "nix".'
    assert answer.headers["content-language"] == "en"
