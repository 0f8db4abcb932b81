"""From several workers' answers to one: boxes and votes. numpy and scipy only.

`merge_boxes` and `merge_votes` merge the answers about one image or item with given skills;
`fit_box_skills` and `fit_vote_skills` estimate the skills of all workers from all answers.
`BOX_METHOD` and `VOTE_METHOD` name the method and change with every change of its results.
"""

from consensus.boxes import BOX_METHOD, merge_boxes
from consensus.skill import SkillPriors, fit_box_skills
from consensus.types import (
    BoxAnswer,
    BoxImage,
    BoxParameters,
    BoxSkill,
    FusedBox,
    ImageConsensus,
    Vote,
    VoteConsensus,
    VoteParameters,
    VoteSkill,
)
from consensus.votes import VOTE_METHOD, fit_vote_skills, merge_votes

__all__ = [
    "BOX_METHOD",
    "VOTE_METHOD",
    "BoxAnswer",
    "BoxImage",
    "BoxParameters",
    "BoxSkill",
    "FusedBox",
    "ImageConsensus",
    "SkillPriors",
    "Vote",
    "VoteConsensus",
    "VoteParameters",
    "VoteSkill",
    "fit_box_skills",
    "fit_vote_skills",
    "merge_boxes",
    "merge_votes",
]
