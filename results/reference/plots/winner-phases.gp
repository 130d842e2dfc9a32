# Who wins, phase by phase (emulated machine)
# Makes winner-phases.svg and winner-phases.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,978 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1956 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "winner-phases.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Who wins, phase by phase}" at screen 0.012, screen 0.9816 left
set label "{/*0.86 emulated machine · cost in instructions}" at screen 0.012, screen 0.9591 left
set yrange [-32.90:0]
set lmargin at screen 0.345
set tmargin at screen 0.9162
set bmargin at screen 0.0757
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("demand-paging: demand" -1.90, "churn" -2.90, "mprotect: flip" -3.90, "pte-edit: edit" -4.90, "switch" -5.90, "kpti: call" -6.90, "fork" -7.90, "fork: child-write" -8.90, "fork: parent-write" -9.90, "fork: exit" -10.90, "accessed-scan: clear" -11.90, "accessed-scan: touch" -12.90, "mixed: start" -13.90, "mixed: protect" -14.90, "mixed: copy" -15.90, "mixed: scan" -16.90, "mixed: unmap" -17.90, "hypercall: warm" -20.05, "port-io: out" -21.05, "port-io: in" -22.05, "dense-sequential: warm" -24.20, "hot-set: hot" -25.20, "sparse-stride: warm" -26.20, "random: update" -27.20, "pointer-chase: chase" -28.20, "reach: access" -29.20, "demand-paging: again" -30.20, "accessed-scan: scan" -31.20, "mixed: work" -32.20)
set label "{/:Bold Change: page-table work}" at screen 0.012, first -0.90 left front
set label "{/:Bold Price of an exit}" at screen 0.012, first -19.05 left front
set label "{/:Bold Warm: nothing changes}" at screen 0.012, first -23.20 left front
set rmargin at screen 0.95
set logscale x 10
set xrange [0.4:1037]
set xtics ("0.1×" 0.1, "1×" 1, "10×" 10, "100×" 100, "1,000×" 1000, "10,000×" 10000)
set label "shadow paging cheaper ←  cost of shadow ÷ cost of EPT  → EPT cheaper" at screen 0.985, screen 0.0184 right font ",12"
set arrow from 1, graph 0 to 1, graph 1 nohead front lc rgb "#808080" lw 1.2
set label "EPT wins" at screen 0.024, screen 0.9366 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow paging wins" at screen 0.160, screen 0.9366 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
plot "winner-phases.tsv" using (column("EPT wins")):(column("y")):(column("EPT wins") < 1 ? column("EPT wins") : 1):(column("EPT wins") > 1 ? column("EPT wins") : 1):(column("y")-0.33):(column("y")+0.33) with boxxyerror fill solid 1.0 fc rgb "#0060a8" title "EPT wins", \
  "winner-phases.tsv" using (column("equal")):(column("y")) with points pt 6 ps 0.7 lc rgb "#606060" notitle, \
  "winner-phases.tsv" using (column("shadow/EPT") > 1 ? column("shadow/EPT") : 1):(column("y")):(stringcolumn("text")) with labels left offset 0.7,0 font ",12" notitle, \
  "winner-phases.tsv" using (1):(column("y")):(stringcolumn("none")) with labels left offset 0.7,0 font ",12" tc rgb "#8a8a8a" notitle
unset output
}
