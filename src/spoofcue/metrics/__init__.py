"""Scores to error rates: thresholds from dev only, APCER per PAI species; numpy only.

Label 1 = attack, a higher score = more likely an attack, and a face is called an attack when its
score is *greater than* the threshold (ISO/IEC 30107-3 terms; bob's rule with its sign turned).
"""
