"""Words that tell the model-free recognizer what stands beside a name."""

from __future__ import annotations

CONNECTORS = frozenset(
    """
    a al am an and au aux bei da das de del della der des di do dos du e el en et im in la las le les lo los
    of on sur the upon van von y zu
    """.split()
)

HONORIFICS = frozenset(
    """
    adm admiral alderman ambassador archbishop attorney bishop capt captain cardinal chairman chairwoman
    chancellor chief cmdr coach col colonel commander constable coroner corporal councillor councilman
    councilwoman cpl dame deputy detective dr duke father gen general gov governor imam inspector judge
    justice king lady lieutenant lord lt maj major mayor minister miss mr mrs ms officer pastor pope premier
    pres president prince princess private prof professor pvt queen rabbi rep representative rev reverend
    secretary sen senator sergeant sgt sheikh sheriff sir
    """.split()
)

INSTITUTIONS = frozenset(
    """
    academy agency army association authority bank board bureau city club college commission committee company
    congress corporation council court department force forces foundation government guard herald high
    hospital institute journal league mail ministry museum navy news observatory office orchestra parliament
    party police post press school senate society star state team telegraph times tribune union united
    university zoo
    """.split()
)

PLACE_PREPOSITIONS = frozenset(
    """
    across around at between from in inside into near of off outside through throughout to toward towards via
    within
    """.split()
)

PARTS_OF_NAMES = frozenset(
    """
    and apr april at aug august central dec december downtown east eastern feb february friday from greater in
    jan january jul july jun june lake lower mar march may mid monday mount near new north northeast
    northeastern northern northwest northwestern nov november oct october old port saturday sept september
    south southeast southeastern southern southwest southwestern sunday the thursday tuesday upper wednesday
    west western
    """.split()
)
