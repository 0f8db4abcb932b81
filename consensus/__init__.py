"""From several workers' answers to one: boxes and votes. numpy and scipy only.

`merge_boxes` and `merge_votes` merge the answers about one image or item with given skills;
`merge_images` and `merge_items` do so for many, streamed. `fit_boxes` and `fit_votes` estimate the
skills of all workers from all answers.
`BOX_METHOD` and `VOTE_METHOD` name the method and change with every change of its results.
"""

from consensus.boxes import BOX_METHOD, merge_boxes, merge_images
from consensus.campaign import merge_campaign
from consensus.checks import BoxCheck, checked
from consensus.skill import SkillPriors, fit_boxes
from consensus.stopping import StoppingRule
from consensus.types import (
    BoxAnswer,
    BoxFit,
    BoxImage,
    BoxParameters,
    BoxSkill,
    FusedBox,
    ImageConsensus,
    RiskParts,
)
from consensus.vote_fit import fit_votes
from consensus.vote_types import (
    Vote,
    VoteConsensus,
    VoteFit,
    VoteItem,
    VoteParameters,
    VoteSkill,
)
from consensus.votes import VOTE_METHOD, merge_items, merge_votes

__all__ = [
    "BOX_METHOD",
    "VOTE_METHOD",
    "BoxAnswer",
    "BoxCheck",
    "BoxFit",
    "BoxImage",
    "BoxParameters",
    "BoxSkill",
    "FusedBox",
    "ImageConsensus",
    "RiskParts",
    "SkillPriors",
    "StoppingRule",
    "Vote",
    "VoteConsensus",
    "VoteFit",
    "VoteItem",
    "VoteParameters",
    "VoteSkill",
    "checked",
    "fit_boxes",
    "fit_votes",
    "merge_boxes",
    "merge_campaign",
    "merge_images",
    "merge_items",
    "merge_votes",
]
